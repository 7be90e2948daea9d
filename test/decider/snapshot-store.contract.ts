import type { Account } from '../../src/domain/credits/account.js';
import { emptyAccount } from '../../src/domain/credits/account.js';
import { instantOf } from '../../src/domain/kernel/instant.js';
import type { CommandId, EnrichmentId, OrgId } from '../../src/domain/kernel/ids.js';
import type { RememberedAnswer } from '../../src/domain/answers/remembered-answer.js';
import { streams, type StreamKey } from '../../src/domain/streams.js';
import { SnapshotMoved, type ChangedStream, type SnapshotStore } from '../../src/decider/snapshot-store.js';
import type { Checkpoint } from '../../src/log/checkpoint.js';

const NOW_MS = Date.UTC(2026, 10, 21, 1, 2, 3, 4);

const checkpointAt = (partition: number, seq: number): Checkpoint => ({
  partition,
  offset: BigInt(seq) + 2n ** 40n,
  claim: 'claim-1',
  seq,
  timeMs: NOW_MS + seq,
  commandOffset: BigInt(seq),
  commandId: `command-${seq}`,
});

const orgOf = (name: string): OrgId => `org_${name}` as OrgId;
const account = (name: string, seq: number, dueAtMs: number | null = null): ChangedStream => ({
  key: streams.account(orgOf(name)),
  seq,
  state: { ...emptyAccount(orgOf(name)), balance: seq } satisfies Account,
  dueAtMs,
});
const remembered = (kind: 'request' | 'recent', id: string, dueAtMs: number): ChangedStream => ({
  key: streams[kind](orgOf('a'), id as CommandId),
  seq: 1,
  state: {
    commandType: 'RecordPerson',
    status: 'created',
    references: ['"quoted" \\ {back,slashed}'],
    refusal: null,
    fingerprint: null,
    expiresAt: instantOf(dueAtMs),
  } satisfies RememberedAnswer,
  dueAtMs,
});
const keyOf = (stream: { readonly key: StreamKey }): string => stream.key;

/** What every SnapshotStore has to do. `fresh` makes an empty one. */
export const snapshotStoreContract = (fresh: () => Promise<SnapshotStore>): void => {
  let store: SnapshotStore;
  beforeEach(async () => {
    store = await fresh();
  });

  it('has no checkpoint before the first save, and then the one that was saved last', async () => {
    expect(await store.checkpoint(1)).toBeNull();
    await store.save([], null, checkpointAt(1, 5));
    await store.save([], checkpointAt(1, 5), checkpointAt(1, 9));
    expect(await store.checkpoint(1)).toEqual(checkpointAt(1, 9));
    expect(await store.checkpoint(2)).toBeNull();
  });

  it('gives back what was saved, of the streams that exist', async () => {
    const saved = [account('a', 3), remembered('request', 'c1', NOW_MS)];
    await store.save(saved, null, checkpointAt(1, 5));
    const keys = [...saved.map(({ key }) => key), streams.account(orgOf('nobody'))];
    const loaded = await store.load(1, keys, checkpointAt(1, 5));
    expect(loaded.toSorted((a, b) => a.seq - b.seq)).toEqual(
      saved.map(({ key, seq, state }) => ({ key, seq, state })).toSorted((a, b) => a.seq - b.seq),
    );
  });

  it('replaces a stream that is saved again', async () => {
    await store.save([account('a', 3, NOW_MS)], null, checkpointAt(1, 5));
    await store.save([account('a', 7)], checkpointAt(1, 5), checkpointAt(1, 9));
    expect(await store.load(1, [account('a', 0).key], checkpointAt(1, 9))).toMatchObject([
      { seq: 7, state: { balance: 7 } },
    ]);
    expect(await store.due([1], NOW_MS, 10)).toEqual([]);
  });

  it('saves more streams than one statement takes', async () => {
    const many = Array.from({ length: 2_500 }, (_, index) => account(`m${index}`, index + 1));
    await store.save(many, null, checkpointAt(1, 5));
    const keys = many.map(({ key }) => key);
    expect(await store.load(1, keys, checkpointAt(1, 5))).toHaveLength(2_500);
  });

  it.each([
    ['the first save of two owners', null, checkpointAt(1, 9)],
    ['a save from an older checkpoint', checkpointAt(1, 4), checkpointAt(1, 9)],
    [
      'a save from the same offset and seq under another claim',
      { ...checkpointAt(1, 5), claim: 'x' },
      checkpointAt(1, 9),
    ],
  ])('writes nothing on %s', async (_, expected, next) => {
    await store.save([account('a', 3)], null, checkpointAt(1, 5));
    await expect(store.save([account('a', 8)], expected, next)).rejects.toThrow(SnapshotMoved);
    expect(await store.load(1, [account('a', 0).key], checkpointAt(1, 5))).toMatchObject([{ seq: 3 }]);
  });

  it('writes nothing on a save that expects a checkpoint where there is none', async () => {
    await expect(store.save([account('a', 8)], checkpointAt(1, 5), checkpointAt(1, 9))).rejects.toThrow(SnapshotMoved);
    expect(await store.load(1, [account('a', 0).key], null)).toEqual([]);
  });

  it('loads nothing when the stored checkpoint is another one', async () => {
    await store.save([account('a', 3)], null, checkpointAt(1, 5));
    const { key } = account('a', 0);
    await expect(store.load(1, [key], checkpointAt(1, 4))).rejects.toThrow(SnapshotMoved);
    await expect(store.load(1, [key], null)).rejects.toThrow(SnapshotMoved);
    await expect(store.load(2, [key], checkpointAt(2, 5))).rejects.toThrow(SnapshotMoved);
  });

  it('lets one of two saves at the same time through', async () => {
    await store.save([], null, checkpointAt(1, 5));
    const saves = [8, 9].map((seq) => store.save([account('a', seq)], checkpointAt(1, 5), checkpointAt(1, seq)));
    const done = await Promise.allSettled(saves);
    expect(done.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const winner = done[0]?.status === 'fulfilled' ? 8 : 9;
    expect(await store.checkpoint(1)).toEqual(checkpointAt(1, winner));
    expect(await store.load(1, [account('a', 0).key], checkpointAt(1, winner))).toMatchObject([{ seq: winner }]);
  });

  it('gives all unexpired recent answers of a partition, and no others', async () => {
    const live = remembered('recent', 'live', NOW_MS + 1);
    await store.save(
      [live, remembered('recent', 'old', NOW_MS), remembered('request', 'r', NOW_MS + 1)],
      null,
      checkpointAt(1, 5),
    );
    const recent = await store.recent(1, NOW_MS);
    expect(recent).toEqual([{ key: live.key, seq: live.seq, state: live.state }]);
    expect(await store.recent(2, NOW_MS)).toEqual([]);
  });

  it('finds what is due, earliest first, at most so many, enrichments and accounts only', async () => {
    const enrichment = { ...account('e', 1, NOW_MS - 20), key: streams.enrichment('e1' as EnrichmentId) };
    const due = [account('a', 3, NOW_MS), account('b', 4, NOW_MS - 10), enrichment];
    const others = [account('c', 5, NOW_MS + 1), account('d', 6), remembered('request', 'r', NOW_MS - 1)];
    await store.save([...due, ...others], null, checkpointAt(1, 5));
    await store.save([account('elsewhere', 3, NOW_MS)], null, checkpointAt(2, 5));
    const found = await store.due([1, 3], NOW_MS, 10);
    expect(found.map(keyOf)).toEqual([...due].reverse().map(keyOf));
    expect(found[2]).toEqual({ partition: 1, key: due[0]?.key, seq: 3, state: due[0]?.state, dueAtMs: NOW_MS });
    expect((await store.due([1], NOW_MS, 2)).map(keyOf)).toEqual([enrichment.key, account('b', 0).key]);
  });

  it('prunes expired answers, nothing else', async () => {
    const kept = [account('a', 3, NOW_MS - 1), remembered('recent', 'live', NOW_MS)];
    const expired = [remembered('recent', 'old', NOW_MS - 1), remembered('request', 'old', NOW_MS - 1)];
    await store.save([...kept, ...expired], null, checkpointAt(1, 5));
    expect(await store.prune([2], NOW_MS)).toBe(0);
    expect(await store.prune([1], NOW_MS)).toBe(2);
    const left = await store.load(
      1,
      [...kept, ...expired].map(({ key }) => key),
      checkpointAt(1, 5),
    );
    expect(left.map(keyOf).toSorted()).toEqual(kept.map(keyOf).toSorted());
  });

  it('discards one partition and leaves the others alone', async () => {
    await store.save([account('a', 3)], null, checkpointAt(1, 5));
    await store.save([account('b', 3)], null, checkpointAt(2, 5));
    await store.discard(1);
    expect(await store.checkpoint(1)).toBeNull();
    expect(await store.load(1, [account('a', 0).key], null)).toEqual([]);
    expect(await store.load(2, [account('b', 0).key], checkpointAt(2, 5))).toHaveLength(1);
  });
};
