import { statement, type Sql } from '../db/database.js';
import { TABLES } from './batch.js';

/**
 * Drops the rows and the checkpoint of one partition, in a transaction of the caller; the projector then reads the
 * partition from the start of the log (`tributary repair --accept-loss`).
 */
export const discardProjections = async (sql: Sql, partition: number): Promise<void> => {
  for (const table of [...TABLES.map(({ name }) => name), 'projection_checkpoints']) {
    await sql.query(statement(`discard_${table}`, `delete from ${table} where partition = $1`), [partition]);
  }
};
