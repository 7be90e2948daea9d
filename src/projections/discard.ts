import { statement, type Sql } from '../db/database.js';
import { TABLES } from './batch.js';

/** The checkpoint first, like every writer: a projector of the partition waits, and then finds that it moved. */
const STATEMENTS = ['projection_checkpoints', ...TABLES.map(({ name }) => name)].map((table) =>
  statement(`discard_${table}`, `delete from ${table} where partition = $1`),
);

/**
 * Drops the rows and the checkpoint of one partition, in a transaction of the caller; the projector then reads the
 * partition from the start of the log (`tributary repair --accept-loss`). Entries of the cross-org cache that the
 * partition had replaced do not come back.
 */
export const discardProjections = async (sql: Sql, partition: number): Promise<void> => {
  for (const discard of STATEMENTS) await sql.query(discard, [partition]);
};
