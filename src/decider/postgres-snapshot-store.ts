import { kindOf, type StreamKey } from '../domain/streams.js';
import type { StreamState } from '../domain/state.js';
import type { Database } from '../db/database.js';
import { arrayOf, columnOf, type ArrayParameter } from '../db/array-parameter.js';
import type { Checkpoint } from '../log/checkpoint.js';
import { ENDLESS_SLICE, mapInSlices, type Slices } from '../observability/event-loop-slices.js';
import * as sql from './snapshot.sql.js';
import { SnapshotMoved, SnapshotUnreadable } from './snapshot-store.js';
import type { ChangedStream, DueStream, SnapshotStore, StoredStream } from './snapshot-store.js';

/** Shape of the states in `aggregates`; raised when `domain` changes one so that old rows cannot be read. */
const STATE_VERSION = 1;
/** Rows per upsert: above, the arrays cost more than the round trip saves (performance.md §2.6). */
const SAVE_ROWS_MAX = 500;
/** Rows per delete, so that pruning holds locks for milliseconds only. */
const PRUNE_ROWS_MAX = 5_000;

/** Needs a `durable` Database: a snapshot that is lost after it was evicted from memory would be wrong. */
export class PostgresSnapshotStore implements SnapshotStore {
  constructor(
    private readonly database: Database,
    private readonly slices: Slices = ENDLESS_SLICE,
  ) {}

  checkpoint(partition: number): Promise<Checkpoint | null> {
    return sql.DECIDER_CHECKPOINTS.load(this.database, partition);
  }

  async recent(partition: number, nowMs: number): Promise<readonly StoredStream[]> {
    const rows = await this.database.query<sql.StreamRow>(sql.SELECT_RECENT, [partition, nowMs]);
    return rows.map(storedOf);
  }

  async load(
    partition: number,
    keys: readonly StreamKey[],
    expected: Checkpoint | null,
  ): Promise<readonly StoredStream[]> {
    const values = [partition, arrayOf('text', keys), ...identityOf(expected)];
    const rows = await this.database.query<sql.LoadedRow>(sql.SELECT_STREAMS, values);
    if (rows[0]?.unmoved !== true) throw moved(partition);
    return rows.flatMap((row) => (row.stream === null ? [] : [storedOf(row as sql.StreamRow)]));
  }

  async save(streams: readonly ChangedStream[], expected: Checkpoint | null, next: Checkpoint): Promise<void> {
    // Before the transaction: nobody waits for its locks meanwhile.
    const texts = await mapInSlices(this.slices, streams, ({ state }) => JSON.stringify(state));
    await this.database.transaction(async (transaction) => {
      // First, because its row lock makes two owners of one partition take turns.
      const move = { previous: expected, next };
      if (!(await sql.DECIDER_CHECKPOINTS.advance(transaction, move))) throw moved(next.partition);
      for (let from = 0; from < streams.length; from += SAVE_ROWS_MAX) {
        const rows = streams.slice(from, from + SAVE_ROWS_MAX);
        const states = arrayOf('text', texts.slice(from, from + SAVE_ROWS_MAX));
        if (this.slices.areOver) await this.slices.breathe();
        await transaction.query(sql.UPSERT_STREAMS, [next.partition, STATE_VERSION, ...columnsOf(rows), states]);
      }
    });
  }

  async due(partitions: readonly number[], nowMs: number, limit: number): Promise<readonly DueStream[]> {
    const rows = await this.database.query<sql.DueRow>(sql.SELECT_DUE, [arrayOf('smallint', partitions), nowMs, limit]);
    return rows.map((row) => ({ partition: row.partition, ...storedOf(row), dueAtMs: Number(row.due_at_ms) }));
  }

  async prune(partitions: readonly number[], beforeMs: number): Promise<number> {
    for (let pruned = 0; ;) {
      const rows = await this.database.query(sql.DELETE_EXPIRED, [
        arrayOf('smallint', partitions),
        beforeMs,
        PRUNE_ROWS_MAX,
      ]);
      pruned += rows.length;
      if (rows.length < PRUNE_ROWS_MAX) return pruned;
    }
  }

  async discard(partition: number): Promise<void> {
    await this.database.transaction(async (transaction) => {
      await transaction.query(sql.DELETE_CHECKPOINT, [partition]);
      await transaction.query(sql.DELETE_STREAMS, [partition]);
    });
  }
}

/** What makes two checkpoints the same record of the log; nothing stored has offset -1. */
const identityOf = (checkpoint: Checkpoint | null): readonly [bigint, string, number] =>
  checkpoint === null ? [-1n, '', -1] : [checkpoint.offset, checkpoint.claim, checkpoint.seq];

const storedOf = (row: sql.StreamRow): StoredStream => {
  if (row.state_version !== STATE_VERSION) {
    throw new SnapshotUnreadable(
      `the snapshot of ${kindOf(row.stream as StreamKey)}/… has state version ${row.state_version}, this release reads ` +
        `${STATE_VERSION}: run \`tributary repair --accept-loss --partition ${row.partition}\` to rebuild it from the log`,
    );
  }
  return { key: row.stream as StreamKey, seq: Number(row.seq), state: JSON.parse(row.state_json) as StreamState };
};

const columnsOf = (streams: readonly ChangedStream[]): readonly ArrayParameter[] => [
  columnOf('text', streams, ({ key }) => key),
  columnOf('bigint', streams, ({ seq }) => seq),
  columnOf('bigint', streams, ({ dueAtMs }) => dueAtMs),
];

const moved = (partition: number): SnapshotMoved =>
  new SnapshotMoved(`the snapshot of partition ${partition} is not the one that this owner last read or wrote`);
