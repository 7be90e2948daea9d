import type { DataSource } from 'typeorm';
import { statement, type Database } from './database.js';
import { MIGRATIONS } from './migrations/index.js';

const LOCK = 7_261_823;
const RECORDED = 'migrations';

const IS_RECORDED = statement('migrations_table', `select to_regclass('${RECORDED}') is not null as exists`);
const APPLIED = statement('migrations_applied', `select name from ${RECORDED}`);

export interface MigrateOptions {
  readonly url: string;
  /** Created when missing. */
  readonly schema: string;
}

/**
 * Runs what is missing, once over all processes (advisory lock); names what it ran. TypeORM keeps the migrations and
 * takes 30 MB of memory: it is loaded only where there is something to do.
 */
export const migrate = async (database: Database, options: MigrateOptions): Promise<readonly string[]> => {
  if ((await pending(database)).length === 0) return [];
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
    return await runLocked(source, options.schema);
  } finally {
    await source.destroy();
  }
};

const runLocked = async (source: DataSource, schema: string): Promise<readonly string[]> => {
  const runner = source.createQueryRunner();
  try {
    await runner.query(`select pg_advisory_lock(${LOCK})`);
    await runner.query(`create schema if not exists "${schema}"`);
    const ran = await source.runMigrations({ transaction: 'each' });
    return ran.map(({ name }) => name);
  } finally {
    await runner.query(`select pg_advisory_unlock(${LOCK})`).catch(() => undefined);
    await runner.release();
  }
};

/** Names of the migrations that the schema lacks, in order. */
const pending = async (database: Database): Promise<readonly string[]> => {
  const names = MIGRATIONS.map((Migration) => new Migration().name);
  const [table] = await database.query<{ exists: boolean }>(IS_RECORDED);
  if (table?.exists !== true) return names;
  const applied = new Set((await database.query<{ name: string }>(APPLIED)).map(({ name }) => name));
  return names.filter((name) => !applied.has(name));
};
