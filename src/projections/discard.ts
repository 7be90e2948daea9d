import { statement, type Database } from '../db/database.js';
import { TABLES } from './batch.js';

/** The checkpoint first, as in every transaction here: it holds back the projector of the partition. */
const STATEMENTS = ['projection_checkpoints', ...TABLES.map(({ name }) => name)].map((table) =>
  statement(`discard_${table}`, `delete from ${table} where partition = $1`),
);
const NO_TIMEOUT = statement('', 'set local statement_timeout = 0');

/**
 * Forgets what was projected from a partition whose log went back (`tributary repair --accept-loss`): the projector
 * begins again at its start. Entries of the cross-org cache that the partition had replaced do not come back.
 */
export const discardPartition = (database: Database, partition: number): Promise<void> =>
  database.transaction(async (sql) => {
    await sql.query(NO_TIMEOUT);
    for (const discard of STATEMENTS) await sql.query(discard, [partition]);
  });
