import { SnapshotMoved, type SnapshotStore } from '../../../src/decider/snapshot-store.js';
import type { Surroundings } from '../world/seams.js';
import type { PlantedBug } from './planted-bug.js';

/** The store, with some of its methods replaced. */
export const storeOver = (store: SnapshotStore, over: Partial<SnapshotStore>): SnapshotStore => ({
  checkpoint: (partition) => store.checkpoint(partition),
  recent: (...args) => store.recent(...args),
  load: (...args) => store.load(...args),
  save: (...args) => store.save(...args),
  due: (...args) => store.due(...args),
  prune: (...args) => store.prune(...args),
  discard: (partition) => store.discard(partition),
  ...over,
});

/** Streams count as saved, and may be evicted, this much before they are. */
const LATE_MS = 2_000;

/** The checkpoint is stored at once, the streams only later. */
const evictsTooEarly = ({ tables, clock }: Surroundings) => ({
  store: (store: SnapshotStore) =>
    storeOver(store, {
      save: async (streams, expected, next) => {
        await store.save([], expected, next);
        clock.after(LATE_MS, () => {
          for (const { key, seq, state, dueAtMs } of streams) {
            if ((tables.row(key)?.seq ?? 0) < seq)
              tables.put(key, { partition: next.partition, seq, dueAtMs, json: JSON.stringify(state) });
          }
        });
      },
    }),
});

const savesBlindly = ({ tables }: Surroundings) => ({
  store: (store: SnapshotStore) =>
    storeOver(store, { save: (streams, _, next) => store.save(streams, tables.checkpoint(next.partition), next) }),
});

const loadsBlindly = ({ tables }: Surroundings) => ({
  store: (store: SnapshotStore) =>
    storeOver(store, { load: (partition, keys) => store.load(partition, keys, tables.checkpoint(partition)) }),
});

const coldIsEmpty = () => ({
  store: (store: SnapshotStore) =>
    storeOver(store, {
      load: async (partition, keys, expected) => {
        try {
          return await store.load(partition, keys, expected);
        } catch (error) {
          if (error instanceof SnapshotMoved) throw error;
          return [];
        }
      },
    }),
});

const forgetsRecent = () => ({
  store: (store: SnapshotStore) => storeOver(store, { recent: () => Promise.resolve([]) }),
});

export const STORE_BUGS: readonly PlantedBug[] = [
  { name: 'evicts too early', plant: evictsTooEarly },
  { name: 'saves its snapshot without compare-and-set', plant: savesBlindly },
  { name: 'loads streams from a snapshot that somebody else has written', plant: loadsBlindly },
  { name: 'takes a cold stream for an empty one when the store is down', plant: coldIsEmpty },
  { name: 'forgets recent answers when it takes over', plant: forgetsRecent },
];
