import { randomBytes, randomUUID } from 'node:crypto';
import { statement, type Database } from '../db/database.js';

export interface Installation {
  readonly id: string;
  /** Salt of all API key hashes. */
  readonly keySalt: Buffer;
}

interface InstallationRow {
  id: string;
  key_salt: Buffer;
  master_key_check: string;
  unit: string;
}

const CREATE = statement(
  'installation_create',
  `insert into installation (id, key_salt, master_key_check, unit) values ($1, $2, $3, $4) on conflict do nothing`,
);
const READ = statement('installation_read', 'select id, key_salt, master_key_check, unit from installation');

/** What was fixed when the database was first used does not fit the configuration. */
export class InstallationMismatch extends Error {
  override readonly name = 'InstallationMismatch';
}

/**
 * Creates the installation's one row at the first start and compares it ever after.
 * @throws InstallationMismatch another master key (sealed data could not be opened) or another unit
 */
export const ensureInstallation = async (
  database: Database,
  expected: { readonly masterKeyCheck: string; readonly unit: string },
): Promise<Installation> => {
  await database.query(CREATE, [randomUUID(), randomBytes(32), expected.masterKeyCheck, expected.unit]);
  const [row] = await database.query<InstallationRow>(READ);
  if (row === undefined) throw new InstallationMismatch('the installation row has vanished');
  if (row.master_key_check !== expected.masterKeyCheck) {
    throw new InstallationMismatch('the master key is not the one this database was created with');
  }
  if (row.unit !== expected.unit) {
    throw new InstallationMismatch(`CREDIT_UNIT is ${expected.unit}, but amounts were recorded in ${row.unit}`);
  }
  return { id: row.id, keySalt: row.key_salt };
};
