import { Database, statement } from '../../src/db/database.js';
import { migrate } from '../../src/db/migrate.js';
import { LiveProcesses } from '../../src/rates/live-processes.js';
import { testStack } from '../support/stack.js';

const SCHEMA = 'live_processes_spec';
const DROP = statement('drop', `drop schema if exists ${SCHEMA} cascade`);
const AGE = statement('age_processes', "update rate_shares set seen_at = seen_at - interval '20 seconds'");

describe('X-08 processes that share a rate', () => {
  let database: Database;
  beforeAll(async () => {
    database = await Database.connect({ url: testStack().databaseUrl, schema: SCHEMA, durability: 'relaxed' });
    await database.query(DROP);
    await migrate(database, { url: testStack().databaseUrl, schema: SCHEMA });
  });
  afterAll(async () => {
    await database.query(DROP);
    await database.close();
  });
  beforeEach(() => database.query(statement('empty', 'delete from rate_shares')));

  const processOf = (processId: string, roles: readonly string[]) => new LiveProcesses(database, { processId, roles });

  it('are those that were seen of late', async () => {
    const [a, b] = [processOf('a', ['http']), processOf('b', ['http'])];
    await a.beat();
    expect(a.count('http')).toBe(1);
    await b.beat();
    await a.beat();
    expect([a.count('http'), b.count('http')]).toEqual([2, 2]);
    await database.query(AGE);
    await a.beat();
    expect(a.count('http')).toBe(1);
    await b.beat();
    await a.leave();
    await b.beat();
    expect(b.count('http')).toBe(1);
  });

  it('are counted by what they do', async () => {
    const all = processOf('all', ['http', 'decider', 'providers']);
    const http = processOf('http', ['http']);
    const decider = processOf('decider', ['decider']);
    for (const one of [http, decider, all]) await one.beat();
    expect(['http', 'decider', 'providers'].map((role) => all.count(role))).toEqual([2, 2, 1]);
  });
});
