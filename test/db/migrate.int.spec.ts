import { randomUUID } from 'node:crypto';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { Database, statement } from '../../src/db/database.js';
import { migrate, MigrationBusy } from '../../src/db/migrate.js';
import { CheaperWrites1764460800000 } from '../../src/db/migrations/1764460800000-cheaper-writes.js';
import { MIGRATIONS } from '../../src/db/migrations/index.js';
import { testStack } from '../support/stack.js';

const NAMES = MIGRATIONS.map((Migration) => new Migration().name);
const newest = (): MigrationInterface => new (MIGRATIONS.at(-1)!)();

describe('migrate', () => {
  const { databaseUrl: url } = testStack();
  const schema = `migrate_${randomUUID().slice(0, 8)}`;
  let database: Database;

  beforeAll(async () => {
    database = await Database.connect({ url, schema, durability: 'durable' });
  });

  afterAll(async () => {
    await database.query(statement('', `drop schema "${schema}" cascade`));
    await database.close();
  });

  const run = (): Promise<readonly string[]> => migrate(database, { url, schema });

  it('started by several processes at once, runs every migration in order and once', async () => {
    const [...runs] = await Promise.all([run(), run(), run()]);
    expect(runs.filter((ran) => ran.length > 0)).toEqual([NAMES]);
  });

  it('has nothing to do after that', async () => {
    expect(await run()).toEqual([]);
  });

  const ask = (text: string, values: readonly unknown[] = []) => database.query(statement('', text), values);

  const runner = { query: ask } as unknown as QueryRunner;

  const undoLast = async (): Promise<void> => {
    await newest().down(runner);
    await ask('delete from migrations where name = $1', [NAMES.at(-1)]);
  };

  it('runs what is missing, and no more', async () => {
    await undoLast();
    expect(await run()).toEqual(NAMES.slice(-1));
  });

  it('cheaper writes keep what is stored as it was written, there and back', async () => {
    const cheaperWrites = new CheaperWrites1764460800000();
    await cheaperWrites.down(runner);
    const json = '{"b":1, "a":null}';
    await ask(`insert into aggregates (stream, partition, seq, state_version, state) values ('s', 0, 1, 1, $1)`, [
      json,
    ]);
    await ask(
      `insert into attempts (enrichment_id, partition, org_id, correlation_id, field, plan, identities, key_id, sealed,
         deadline_at, attempt, step, provider, due_at, answer)
       values (gen_random_uuid(), 0, 'acme', 'c', 'emails', $1, '{}', 'k', 's', now(), 1, 1, 'p', now(), null)`,
      [json],
    );
    await cheaperWrites.up(runner);
    expect(await ask('select state_json from aggregates')).toEqual([{ state_json: json }]);
    expect(await ask(`select plan_json, answer_json from attempts where org_id = 'acme'`)).toEqual([
      { plan_json: json, answer_json: null },
    ]);
    await cheaperWrites.down(runner);
    expect(await ask('select state from aggregates')).toEqual([{ state: { a: null, b: 1 } }]);
    await cheaperWrites.up(runner);
  });

  it('names what a newer version has run, and leaves its tables as they are', async () => {
    const newer = 'FromTheFuture1999999999999';
    await database.query(statement('', 'insert into migrations (timestamp, name) values (1999999999999, $1)'), [newer]);
    const onNewer = jest.fn();
    expect(await migrate(database, { url, schema, onNewer })).toEqual([]);
    expect(onNewer.mock.calls).toEqual([[[newer]]]);
    await database.query(statement('', 'delete from migrations where name = $1'), [newer]);
    expect(await migrate(database, { url, schema, onNewer })).toEqual([]);
    expect(onNewer).toHaveBeenCalledTimes(1);
  });

  describe('while another process migrates', () => {
    /** The lock is one for all schemas of a database: other specs may hold it, but none for long. */
    const whileLocked = (work: () => Promise<void>): Promise<void> =>
      database.transaction(async (sql) => {
        await sql.query(statement('', 'select pg_advisory_xact_lock(7261823)'));
        await work();
      });

    it('says that it waits, and gives up in the end', async () => {
      await undoLast();
      const onWaiting = jest.fn();
      await whileLocked(async () => {
        await expect(migrate(database, { url, schema, onWaiting, waitMs: 50 })).rejects.toThrow(MigrationBusy);
      });
      expect(onWaiting).toHaveBeenCalledTimes(1);
    });

    it('goes on as soon as that one is through', async () => {
      let migrating: Promise<readonly string[]> = Promise.resolve([]);
      await whileLocked(async () => {
        await new Promise<void>((resolve) => {
          migrating = migrate(database, { url, schema, onWaiting: resolve });
        });
      });
      expect(await migrating).toEqual(NAMES.slice(-1));
    });
  });
});
