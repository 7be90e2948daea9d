import type { DataSource, QueryRunner } from 'typeorm';
import { statement, type Database } from './database.js';
import { MIGRATIONS } from './migrations/index.js';

const LOCK = 7_261_823;
const RECORDED = 'migrations';
/** How long another process may migrate before this one gives up. */
const WAIT_MS = 600_000;
const LOCK_TIMED_OUT = '55P03';

const IS_RECORDED = statement('migrations_table', `select to_regclass('${RECORDED}') is not null as exists`);
const APPLIED = statement('migrations_applied', `select name from ${RECORDED}`);

export interface MigrateOptions {
  readonly url: string;
  /** Created when missing. */
  readonly schema: string;
  /** Called once when another process migrates and this one has to wait for it. */
  readonly onWaiting?: () => void;
  /** How long it waits then; 10 minutes unless given. */
  readonly waitMs?: number;
  /** Called when a newer version has migrated already: with the names that this one does not know. */
  readonly onNewer?: (names: readonly string[]) => void;
}

/** Another process migrates, and did not end in time. */
export class MigrationBusy extends Error {
  override readonly name = 'MigrationBusy';
}

/**
 * Runs what is missing, once over all processes (advisory lock); names what it ran. TypeORM keeps the migrations and
 * takes 30 MB of memory: it is loaded only where there is something to do. Tables of a newer version are let be: whoever
 * has to go back to an older one can, unless the changelog says otherwise. @throws MigrationBusy
 */
export const migrate = async (database: Database, options: MigrateOptions): Promise<readonly string[]> => {
  const { missing, newer } = await compare(database);
  if (newer.length > 0) options.onNewer?.(newer);
  if (missing.length === 0) return [];
  const { DataSource } = await import('typeorm');
  const source = new DataSource({
    type: 'postgres',
    url: options.url,
    schema: options.schema,
    migrations: [...MIGRATIONS],
    migrationsTableName: RECORDED,
    poolSize: 2,
    extra: { options: `-c search_path=${options.schema}` },
  });
  await source.initialize();
  try {
    return await runLocked(source, options);
  } finally {
    await source.destroy();
  }
};

const runLocked = async (source: DataSource, options: MigrateOptions): Promise<readonly string[]> => {
  const runner = source.createQueryRunner();
  try {
    await lock(runner, options);
    await runner.query(`create schema if not exists "${options.schema}"`);
    const ran = await source.runMigrations({ transaction: 'each' });
    return ran.map(({ name }) => name);
  } finally {
    await runner.release(); // And with its connection, which `destroy` closes, the lock.
  }
};

const lock = async (runner: QueryRunner, { onWaiting, waitMs = WAIT_MS }: MigrateOptions): Promise<void> => {
  const [first] = (await runner.query(`select pg_try_advisory_lock(${LOCK}) as locked`)) as [{ locked: boolean }];
  if (first.locked) return;
  onWaiting?.();
  try {
    await runner.query(`set lock_timeout = ${waitMs}`);
    await runner.query(`select pg_advisory_lock(${LOCK})`);
  } catch (error) {
    if ((error as { readonly code?: unknown }).code !== LOCK_TIMED_OUT) throw error;
    throw new MigrationBusy(
      `another process has been migrating for ${waitMs / 1000} s: this one gave up waiting for it`,
    );
  }
};

/** Names of the migrations that the schema lacks, in order, and of those that it has and this version does not. */
const compare = async (database: Database) => {
  const names: readonly string[] = MIGRATIONS.map((Migration) => new Migration().name);
  const [table] = await database.query<{ exists: boolean }>(IS_RECORDED);
  if (table?.exists !== true) return { missing: names, newer: [] };
  const applied = (await database.query<{ name: string }>(APPLIED)).map(({ name }) => name);
  return {
    missing: names.filter((name) => !applied.includes(name)),
    newer: applied.filter((name) => !names.includes(name)),
  };
};
