import { Database, statement, type Statement } from '../../src/db/database.js';
import { migrate } from '../../src/db/migrate.js';
import { arrayOf } from '../../src/db/array-parameter.js';
import { applyStatement } from '../../src/providers/apply-changes.statement.js';
import * as sql from '../../src/providers/attempt-queue.statements.js';
import { PostgresAttemptQueue } from '../../src/providers/postgres-attempt-queue.js';
import { PROVIDER_CHECKPOINTS } from '../../src/providers/provider-checkpoints.js';
import { testStack } from '../support/stack.js';
import { attemptQueueContract } from './attempt-queue.contract.js';
import { checkpoint } from './support/queue-rows.js';

const SCHEMA = 'attempt_queue_spec';
const EMPTY = statement('empty', 'truncate attempts, provider_checkpoints');
const DROP = statement('drop', `drop schema if exists ${SCHEMA} cascade`);
const FILL = statement(
  'fill',
  `insert into attempts (enrichment_id, partition, org_id, correlation_id, field, plan_json, identities, key_id, sealed,
     deadline_at, attempt, step, provider, due_at)
   select gen_random_uuid(), 0, 'acme', 'c', 'emails', repeat('p', 300), '{}', 'k', repeat('s', 200), now(), 1, 1, 'p', now()
   from generate_series(1, $1::int)`,
);
const DRAIN = statement('drain', 'delete from attempts where partition >= 0');
const VACUUM = statement('', 'vacuum (analyze) attempts');
/** The table's clock is the database's: rows move instead. */
const AGE = statement('age', "update attempts set due_at = due_at - $1::float8 * interval '1 millisecond'");

describe('the queue on the table attempts', () => {
  let relaxed: Database;
  let durable: Database;
  beforeAll(async () => {
    const url = testStack().databaseUrl;
    durable = await Database.connect({ url, schema: SCHEMA, durability: 'durable', poolMax: 2 });
    relaxed = await Database.connect({ url, schema: SCHEMA, durability: 'relaxed', poolMax: 2 });
    await durable.query(DROP);
    await migrate(durable, { url: testStack().databaseUrl, schema: SCHEMA });
  });
  afterAll(async () => {
    await durable.query(DROP);
    await Promise.all([durable.close(), relaxed.close()]);
  });

  const positions = PROVIDER_CHECKPOINTS.advanceOf([{ previous: checkpoint(1), next: checkpoint(2) }]);
  const columns = (count: number) => Array.from({ length: count }, () => arrayOf('int', []));
  const byKey = [
    ['answers', sql.STORE_ANSWERS],
    ['marks of calls', sql.MARK_CALLED],
    ['leases', sql.RENEW],
    ['what is put back', sql.PARK],
    ['what is given up', sql.RELEASE],
    ['what is abandoned', sql.ABANDON],
    ['what ends', applyStatement(positions, { ended: columns(2), advanced: null, opened: null })],
    ['what goes on', applyStatement(positions, { ended: null, advanced: columns(6), opened: null })],
  ] as const;
  const byTime = [
    ['of known providers', sql.TAKE_DUE, 'attempts_open'],
    ['what was answered', sql.TAKE_ANSWERED, 'attempts_answered'],
  ] as const;
  const planOf = async ({ text }: Statement): Promise<string> => {
    const lines = await durable.query<{ 'QUERY PLAN': string }>(statement('', `explain (generic_plan) ${text}`));
    return lines.map((line) => line['QUERY PLAN']).join('\n');
  };
  const findsByKey = (): void => {
    it.each(byKey)('finds by key: %s', async (_, planned) => {
      const plan = await planOf(planned);
      expect(plan).toContain('Index Cond: (enrichment_id = given.enrichment_id)');
      expect(plan).not.toContain('Seq Scan on attempts');
    });
    it.each(byTime)('finds what is due by time: %s', async (_, planned, index) => {
      const plan = await planOf(planned);
      expect(plan).toContain('Index Cond: (enrichment_id = ANY');
      expect(plan).toContain(`Index Scan using ${index} on attempts`);
      expect(plan).toMatch(/Index Cond: .*due_at <= now\(\)/);
      expect(plan).not.toContain('Seq Scan on attempts');
    });
  };

  describe('as it was made', () => {
    findsByKey();

    it('hands out none of its ballast', async () => {
      const queue = new PostgresAttemptQueue({ relaxed, durable }, 'a');
      const [ballast] = await durable.query(statement('', 'select count(*)::int as rows from attempts'));
      expect(ballast).toEqual({ rows: 2_000 });
      expect(await queue.takeDue(new Map([['', 10]]))).toEqual([]);
      expect(await queue.takeUnknown([], 10)).toEqual([]);
      expect(await queue.takeAnswered(10)).toEqual([]);
    });
  });

  describe('full', () => {
    beforeAll(async () => {
      await durable.query(FILL, [5_000]);
      await durable.query(VACUUM);
    });
    findsByKey();
  });

  describe('empty again', () => {
    beforeAll(async () => {
      await durable.query(DRAIN);
      await durable.query(VACUUM);
    });
    findsByKey();
  });

  describe('for its processes', () => {
    attemptQueueContract(async () => {
      await durable.query(EMPTY);
      return {
        queue: (owner) => new PostgresAttemptQueue({ relaxed, durable }, owner),
        pass: async (ms) => void (await durable.query(AGE, [ms])),
      };
    });
  });
});
