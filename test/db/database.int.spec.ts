import { Database, statement, type Sql } from '../../src/db/database.js';
import { testStack } from '../support/stack.js';

const OWN_PID = statement('own_pid', 'select pg_backend_pid() as pid');
const TERMINATE = statement('terminate', 'select pg_terminate_backend($1)');
const IS_GONE = statement('is_gone', 'select count(*)::int as count from pg_stat_activity where pid = $1');

describe('a transaction', () => {
  let database: Database;

  beforeAll(async () => {
    database = await Database.connect({ url: testStack().databaseUrl, schema: 'public', durability: 'durable' });
  });

  afterAll(() => database.close());

  const terminateBehind = async (sql: Sql): Promise<void> => {
    const [own] = await sql.query<{ pid: number }>(OWN_PID);
    await database.query(TERMINATE, [own?.pid]);
    for (let left = 1; left > 0;) left = (await database.query<{ count: number }>(IS_GONE, [own?.pid]))[0]?.count ?? 0;
  };

  it('that loses its connection between two statements fails with the next one and leaves the process alone', async () => {
    const broken = database.transaction(async (sql) => {
      await terminateBehind(sql);
      return sql.query(OWN_PID);
    });
    await expect(broken).rejects.toThrow(/terminating connection|Connection terminated|not queryable/);
    expect(await database.query(OWN_PID)).toHaveLength(1);
  });
});
