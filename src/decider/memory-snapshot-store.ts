import type { Clock } from '../domain/kernel/clock.js';
import { kindOf, type StreamKey } from '../domain/streams.js';
import type { StreamState } from '../domain/state.js';
import type { Checkpoint } from '../log/checkpoint.js';
import { SnapshotMoved } from './snapshot-store.js';
import type { ChangedStream, DueStream, SnapshotStore, StoredStream } from './snapshot-store.js';

interface Row {
  readonly partition: number;
  readonly seq: number;
  readonly dueAtMs: number | null;
  /** JSON, as in Postgres: nobody shares an object with the store. */
  readonly json: string;
}

/** The tables; shared by the stores of all processes of a simulation. */
export class MemorySnapshots {
  private rows = new Map<StreamKey, Row>();
  private checkpoints = new Map<number, Checkpoint>();

  row(key: StreamKey): Row | undefined {
    return this.rows.get(key);
  }

  rowsOf(partitions: readonly number[]): readonly (readonly [StreamKey, Row])[] {
    return [...this.rows].filter(([, row]) => partitions.includes(row.partition));
  }

  put(key: StreamKey, row: Row): void {
    this.rows.set(key, row);
  }

  delete(key: StreamKey): void {
    this.rows.delete(key);
  }

  checkpoint(partition: number): Checkpoint | null {
    return this.checkpoints.get(partition) ?? null;
  }

  /** A fault when called from outside: as if somebody else had written. */
  move(partition: number, checkpoint: Checkpoint | null): void {
    if (checkpoint === null) this.checkpoints.delete(partition);
    else this.checkpoints.set(partition, checkpoint);
  }

  /** A fault: everything as it is now, to go back to later (fail-over to a replica that is behind, old backup). */
  copy(): () => void {
    const rows = new Map(this.rows);
    const checkpoints = new Map(this.checkpoints);
    return () => {
      this.rows = new Map(rows);
      this.checkpoints = new Map(checkpoints);
    };
  }
}

/** Faults of one process's connection. */
export interface SnapshotFaults {
  /** Every call fails before it does anything. */
  down: boolean;
  /** Saves are committed, but their answer is lost. */
  losesAnswers: boolean;
  /** What every call takes, ms. */
  delayMs: number;
}

/** `SnapshotStore` in memory, with faults, for tests and the simulation. Behaves like the one on Postgres. */
export class MemorySnapshotStore implements SnapshotStore {
  readonly faults: SnapshotFaults = { down: false, losesAnswers: false, delayMs: 0 };

  constructor(
    private readonly clock: Clock,
    private readonly tables: MemorySnapshots = new MemorySnapshots(),
    /** Passed on the way in (a save: also out) of every call: a simulated process that is frozen or dead stands still there. */
    private readonly gate: () => Promise<void> = () => Promise.resolve(),
  ) {}

  async checkpoint(partition: number): Promise<Checkpoint | null> {
    await this.arrive();
    return this.tables.checkpoint(partition);
  }

  async recent(partition: number, nowMs: number): Promise<readonly StoredStream[]> {
    await this.arrive();
    return this.tables
      .rowsOf([partition])
      .filter(([key, { dueAtMs }]) => kindOf(key) === 'recent' && dueAtMs !== null && dueAtMs > nowMs)
      .map(([key, row]) => storedOf(key, row));
  }

  async load(
    partition: number,
    keys: readonly StreamKey[],
    expected: Checkpoint | null,
  ): Promise<readonly StoredStream[]> {
    await this.arrive();
    this.demand(partition, expected);
    return keys.flatMap((key) => {
      const row = this.tables.row(key);
      return row === undefined ? [] : [storedOf(key, row)];
    });
  }

  async save(streams: readonly ChangedStream[], expected: Checkpoint | null, next: Checkpoint): Promise<void> {
    const { partition } = next;
    const rows = streams.map(({ key, seq, dueAtMs, state }) => {
      const row: Row = { partition, seq, dueAtMs, json: JSON.stringify(state) };
      return [key, row] as const;
    });
    await this.arrive();
    this.demand(partition, expected);
    for (const [key, row] of rows) this.tables.put(key, row);
    this.tables.move(partition, next);
    await this.gate();
    if (this.faults.losesAnswers) throw new Error('connection closed after commit');
  }

  async due(partitions: readonly number[], nowMs: number, limit: number): Promise<readonly DueStream[]> {
    await this.arrive();
    return this.tables
      .rowsOf(partitions)
      .flatMap(([key, row]) => {
        const { partition, dueAtMs } = row;
        const sweepable = kindOf(key) === 'enrichment' || kindOf(key) === 'account';
        if (!sweepable || dueAtMs === null || dueAtMs > nowMs) return [];
        return [{ partition, ...storedOf(key, row), dueAtMs }];
      })
      .toSorted((a, b) => a.dueAtMs - b.dueAtMs)
      .slice(0, limit);
  }

  async prune(partitions: readonly number[], beforeMs: number): Promise<number> {
    await this.arrive();
    const expired = this.tables.rowsOf(partitions).filter(([key, { dueAtMs }]) => {
      const remembered = kindOf(key) === 'request' || kindOf(key) === 'recent';
      return remembered && dueAtMs !== null && dueAtMs < beforeMs;
    });
    for (const [key] of expired) this.tables.delete(key);
    return expired.length;
  }

  async discard(partition: number): Promise<void> {
    await this.arrive();
    this.tables.move(partition, null);
    for (const [key] of this.tables.rowsOf([partition])) this.tables.delete(key);
  }

  private async arrive(): Promise<void> {
    const { delayMs } = this.faults;
    if (delayMs > 0) await new Promise<void>((resolve) => void this.clock.after(delayMs, resolve));
    await this.gate();
    if (this.faults.down) throw new Error('connection refused');
  }

  private demand(partition: number, expected: Checkpoint | null): void {
    const stored = this.tables.checkpoint(partition);
    const same =
      stored?.offset === expected?.offset && stored?.claim === expected?.claim && stored?.seq === expected?.seq;
    if (!same) throw new SnapshotMoved(`partition ${partition} is at another checkpoint`);
  }
}

const storedOf = (key: StreamKey, { seq, json }: Row): StoredStream => ({
  key,
  seq,
  state: JSON.parse(json) as StreamState,
});
