import type { MemoryProcess } from '../../../src/log/memory/memory-process.js';
import { SnapshotMoved, type SnapshotStore, type StoredStream } from '../../../src/decider/snapshot-store.js';
import type { StreamKey } from '../../../src/domain/streams.js';
import type { Checkpoint } from '../../../src/log/checkpoint.js';
import type { RarePaths } from './rare-paths.js';

/** One process's connection to the snapshot store: a frozen process waits, a killed one never gets an answer. */
export class ObservedStore implements SnapshotStore {
  /** Saved by this process since its claim: loading one of these again means that it was evicted. */
  private readonly saved = new Map<number, Set<StreamKey>>();

  constructor(
    private readonly store: SnapshotStore,
    private readonly process: MemoryProcess,
    private readonly paths: RarePaths,
  ) {}

  checkpoint(partition: number): Promise<Checkpoint | null> {
    this.saved.set(partition, new Set());
    return this.call('checkpoint', () => this.store.checkpoint(partition));
  }

  recent(partition: number, nowMs: number): Promise<readonly StoredStream[]> {
    return this.call('recent', () => this.store.recent(partition, nowMs));
  }

  async load(...[partition, keys, expected]: Parameters<SnapshotStore['load']>): Promise<readonly StoredStream[]> {
    const found = await this.call('load', () => this.store.load(partition, keys, expected));
    this.paths.saw('cold stream loaded', found.length);
    const again = found.filter(({ key }) => this.saved.get(partition)?.has(key) === true);
    if (again.length > 0) this.paths.saw('evicted stream loaded again', again.length);
    return found;
  }

  async save(...[streams, expected, next]: Parameters<SnapshotStore['save']>): Promise<void> {
    await this.call('save', () => this.store.save(streams, expected, next));
    for (const { key } of streams) this.saved.get(next.partition)?.add(key);
    this.paths.saw('snapshot saved');
  }

  due(...args: Parameters<SnapshotStore['due']>): ReturnType<SnapshotStore['due']> {
    return this.call('due', () => this.store.due(...args));
  }

  prune(...args: Parameters<SnapshotStore['prune']>): Promise<number> {
    return this.call('prune', async () => {
      const pruned = await this.store.prune(...args);
      if (pruned > 0) this.paths.saw('answers pruned', pruned);
      return pruned;
    });
  }

  discard(partition: number): Promise<void> {
    return this.call('discard', () => this.store.discard(partition));
  }

  private async call<T>(name: string, run: () => Promise<T>): Promise<T> {
    await this.process.step('send', 'snapshots');
    try {
      return await run();
    } catch (error) {
      this.paths.saw(error instanceof SnapshotMoved ? `SnapshotMoved on ${name}` : `store down on ${name}`);
      throw error;
    } finally {
      await this.process.step('ack', 'snapshots');
    }
  }
}
