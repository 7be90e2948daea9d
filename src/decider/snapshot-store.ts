import type { StreamKey } from '../domain/streams.js';
import type { StreamState } from '../domain/state.js';
import type { Checkpoint } from '../log/checkpoint.js';

/** A stream as the snapshot holds it. */
export interface StoredStream {
  readonly key: StreamKey;
  /** seq of the last event that is in `state`; events up to it are not applied to this stream again. */
  readonly seq: number;
  readonly state: StreamState;
}

export interface ChangedStream extends StoredStream {
  /** When the sweeper has to look at it, epoch ms (deadline, earliest grant expiry, end of remembrance). */
  readonly dueAtMs: number | null;
}

/** Something that has become due, as the sweeper finds it. */
export interface DueStream {
  readonly partition: number;
  readonly key: StreamKey;
  readonly state: StreamState;
  readonly dueAtMs: number;
}

/**
 * The decider's own tables `aggregates` and `decider_checkpoints`, always on the primary. Two implementations
 * behave alike: Postgres and, for simulation, memory.
 */
export interface SnapshotStore {
  checkpoint(partition: number): Promise<Checkpoint | null>;
  /**
   * All `recent/` streams of the partition that expire after `nowMs`: the owner holds them complete from the start.
   * `nowMs` is the partition's own time (of the checkpoint), so that a backlog decided late remembers what it has to.
   */
  recent(partition: number, nowMs: number): Promise<readonly StoredStream[]>;
  /**
   * Cold streams, in one statement together with the stored checkpoint, which has to be `expected`.
   * Streams that do not exist are absent from the answer.
   * @throws SnapshotMoved somebody else wrote, or the database went back; SnapshotUnreadable.
   */
  load(partition: number, keys: readonly StreamKey[], expected: Checkpoint | null): Promise<readonly StoredStream[]>;
  /**
   * Upserts the streams and the checkpoint in one transaction, if the stored checkpoint is `expected`.
   * @throws SnapshotMoved nothing was written.
   */
  save(streams: readonly ChangedStream[], expected: Checkpoint | null, next: Checkpoint): Promise<void>;
  /** Due streams of the kinds `enrichment` and `account`, earliest first. */
  due(partitions: readonly number[], nowMs: number, limit: number): Promise<readonly DueStream[]>;
  /** Deletes remembered answers that expired before `beforeMs`; returns how many. */
  prune(partitions: readonly number[], beforeMs: number): Promise<number>;
  /** Drops everything of a partition (`tributary repair --accept-loss`). */
  discard(partition: number): Promise<void>;
}

export class SnapshotMoved extends Error {
  override readonly name = 'SnapshotMoved';
}

/** Rows of a release with another shape of state: only a rebuild from the log helps, nothing is guessed. */
export class SnapshotUnreadable extends Error {
  override readonly name = 'SnapshotUnreadable';
}
