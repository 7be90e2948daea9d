import type { StreamState } from '../domain/state.js';
import type { StreamKey } from '../domain/streams.js';
import type { Checkpoint } from '../log/checkpoint.js';
import { mapInSlices, type Slices } from '../observability/event-loop-slices.js';
import type { DeciderLimits } from './limits.js';
import type { ChangedStream, SnapshotStore } from './snapshot-store.js';
import { whenUp, type Waiting } from './when-up.js';
import type { WorkingSet } from './working-set.js';

export interface SnapshotterOptions extends Waiting {
  readonly partition: number;
  readonly store: SnapshotStore;
  readonly workingSet: WorkingSet;
  readonly dueAt: (key: StreamKey, state: StreamState) => number | null;
  /** What the store holds; every later read and write has to find what this owner last read or wrote. */
  readonly stored: Checkpoint | null;
  readonly slices: Slices;
  readonly limits: Pick<DeciderLimits, 'snapshotEveryMs' | 'snapshotChanges'>;
  /** Share of this partition. */
  readonly unsavedBytesMax: () => number;
  /** A save in the background failed for good: the partition has to be claimed again. */
  readonly onLost: (error: Error) => void;
}

/**
 * Writes the working set behind the deciding, and loads cold streams. The two take turns, because both compare the
 * stored checkpoint with the one this owner knows.
 */
export class Snapshotter {
  private stored: Checkpoint | null;
  private applied: Checkpoint | null;
  private turn: Promise<unknown> = Promise.resolve();
  private cancelTimer: (() => void) | null = null;
  private saving = false;

  constructor(private readonly options: SnapshotterOptions) {
    this.stored = options.stored;
    this.applied = options.stored;
  }

  /** The working set now holds every event up to `checkpoint`. */
  advance(checkpoint: Checkpoint): void {
    this.applied = checkpoint;
    if (this.options.workingSet.unsavedStreams >= this.options.limits.snapshotChanges) this.saveBehind();
    else this.cancelTimer ??= this.options.clock.after(this.options.limits.snapshotEveryMs, () => this.saveBehind());
  }

  /** Resolves at once, or when enough is saved: above the cap nothing more is decided. */
  async room(): Promise<void> {
    while (this.options.workingSet.unsavedBytes > this.options.unsavedBytesMax()) await this.save();
  }

  /** Brings cold streams into the working set. @throws SnapshotMoved | SnapshotUnreadable | Stopped */
  load(keys: readonly StreamKey[]): Promise<void> {
    const { store, partition, workingSet, slices } = this.options;
    return this.inTurn(async () => {
      const found = await whenUp(() => store.load(partition, keys, this.stored), this.options);
      // Nothing reads the working set meanwhile: whoever decides waits for this, and snapshots wait for their turn.
      for (const stream of found) {
        if (slices.areOver) await slices.breathe();
        workingSet.take([stream]);
      }
      workingSet.take([], keys);
    });
  }

  /** @throws SnapshotMoved | Stopped */
  save(): Promise<void> {
    return this.inTurn(() => whenUp(() => this.saveOnce(), this.options));
  }

  /** The last snapshot of a graceful stop: tried once, what it misses is replayed at the next start. */
  async saveLast(): Promise<void> {
    this.close();
    await this.inTurn(() => this.saveOnce());
  }

  close(): void {
    this.cancelTimer?.();
    this.cancelTimer = null;
  }

  private saveBehind(): void {
    this.close();
    if (this.saving) return;
    this.saving = true;
    this.save().then(
      () => this.savedBehind(),
      (error: Error) => this.options.onLost(error),
    );
  }

  private savedBehind(): void {
    this.saving = false;
    if (this.applied !== this.stored && !this.options.signal.aborted && this.applied !== null)
      this.advance(this.applied);
  }

  private async saveOnce(): Promise<void> {
    const { store, workingSet, dueAt, slices } = this.options;
    const next = this.applied;
    if (next === null || next === this.stored) return;
    const changes = workingSet.changes();
    // As they are now: `changes` are those of `next`, whatever is decided while they are written.
    const streams = await mapInSlices(slices, changes, (stream): ChangedStream => {
      return { ...stream, dueAtMs: dueAt(stream.key, stream.state) };
    });
    await store.save(streams, this.stored, next);
    this.stored = next;
    workingSet.markSaved(changes);
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.turn.then(work);
    this.turn = result.catch(() => undefined); // Whoever asked hears of it; the next one only waits for its turn.
    return result;
  }
}
