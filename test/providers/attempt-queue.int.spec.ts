import { Database, statement } from '../../src/db/database.js';
import { migrate } from '../../src/db/migrate.js';
import { PostgresAttemptQueue } from '../../src/providers/postgres-attempt-queue.js';
import { testStack } from '../support/stack.js';
import { attemptQueueContract } from './attempt-queue.contract.js';

const SCHEMA = 'attempt_queue_spec';
const EMPTY = statement('empty', 'truncate attempts, provider_checkpoints');
const DROP = statement('drop', `drop schema if exists ${SCHEMA} cascade`);
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

  attemptQueueContract(async () => {
    await durable.query(EMPTY);
    return {
      queue: (owner) => new PostgresAttemptQueue({ relaxed, durable }, owner),
      pass: async (ms) => void (await durable.query(AGE, [ms])),
    };
  });
});
