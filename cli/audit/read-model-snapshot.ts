import { statement, type Database, type Sql } from '../../src/db/database.js';
import { sleep, systemClock } from '../../src/observability/clock.js';

/** How long the read model may need to pass what the log held when it was read. */
const CATCH_UP_MS = 10_000;
const CATCH_UP_POLL_MS = 100;

const CHECKPOINTS = statement(
  'audit_checkpoints',
  'select partition, "offset"::text as "offset" from projection_checkpoints',
);
const ISOLATED = statement('audit_isolated', 'set transaction isolation level repeatable read, read only');
/** Before the first look at anything: a rebuild must not swap the tables between two looks. */
const HOLD = statement(
  'audit_hold',
  'lock table projection_checkpoints, credit_accounts, credit_entries in access share mode',
);

/**
 * Everything `work` reads is of one instant, while the service goes on. Rows and checkpoints are committed together,
 * so the tables hold exactly what the log holds before the checkpoints.
 */
export const inSnapshot = <T>(database: Database, work: (sql: Sql) => Promise<T>): Promise<T> =>
  database.transaction(async (sql) => {
    await sql.query(ISOLATED);
    await sql.query(HOLD);
    return work(sql);
  });

/** Offset after the last record that the read model has passed, per partition. */
export const projectedEnds = async (sql: Sql, partitions: number): Promise<readonly bigint[]> => {
  const rows = await sql.query<{ partition: number; offset: string }>(CHECKPOINTS);
  const passed = new Map(rows.map(({ partition, offset }) => [partition, BigInt(offset) + 1n]));
  return Array.from({ length: partitions }, (_, partition) => passed.get(partition) ?? 0n);
};

/** Whether all partitions of `ends` are at or beyond those of `others`. */
export const isBeyond = (ends: readonly bigint[], others: readonly bigint[]): boolean =>
  others.every((other, partition) => (ends[partition] ?? 0n) >= other);

/** Waits until the read model has passed `ends`, or for 10 s. */
export const caughtUp = async (sql: Sql, ends: readonly bigint[]): Promise<void> => {
  const until = systemClock.now() + CATCH_UP_MS;
  while (!isBeyond(await projectedEnds(sql, ends.length), ends) && systemClock.now() < until) {
    await sleep(systemClock, CATCH_UP_POLL_MS);
  }
};
