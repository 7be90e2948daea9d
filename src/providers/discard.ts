import { statement, type Sql } from '../db/database.js';

const ATTEMPTS = statement('discard_attempts', 'delete from attempts where partition = $1');
const CHECKPOINT = statement('discard_provider_checkpoint', 'delete from provider_checkpoints where partition = $1');

/**
 * Drops the open work and the checkpoint of one partition, in a transaction of the caller: open work is derived from
 * the log anew. That a vendor was already called is forgotten, so a paid call may be repeated once.
 */
export const discardAttempts = async (sql: Sql, partition: number): Promise<void> => {
  await sql.query(ATTEMPTS, [partition]);
  await sql.query(CHECKPOINT, [partition]);
};
