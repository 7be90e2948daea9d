import { statement, type Sql } from '../../src/db/database.js';

const CHECKPOINTS = statement(
  'audit_checkpoints',
  'select partition, "offset"::text as "offset" from projection_checkpoints',
);

/** Whether the read model has passed all records before `ends` (offset after the last record, per partition). */
export const projectedBeyond = async (sql: Sql, ends: readonly bigint[]): Promise<boolean> => {
  const rows = await sql.query<{ partition: number; offset: string }>(CHECKPOINTS);
  const passed = new Map(rows.map(({ partition, offset }) => [partition, BigInt(offset) + 1n]));
  return ends.every((end, partition) => (passed.get(partition) ?? 0n) >= end);
};
