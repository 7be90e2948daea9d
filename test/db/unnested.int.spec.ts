import { arrayOf } from '../../src/db/array-parameter.js';
import { Database, statement } from '../../src/db/database.js';
import { unnested } from '../../src/db/unnested.js';
import { testStack } from '../support/stack.js';

describe('arrays as rows', () => {
  let database: Database;
  beforeAll(async () => {
    database = await Database.connect({ url: testStack().databaseUrl, schema: 'public', durability: 'relaxed' });
  });
  afterAll(() => database.close());

  const rowsOf = (names: readonly string[], amounts: readonly (number | null)[]) => {
    const query = `select $1 as org, given.* from ${unnested({ name: 'text', amount: 'int' }, 2)} as given where name <> $1`;
    return database.query(statement('', query), ['acme', arrayOf('text', names), arrayOf('int', amounts)]);
  };

  it('has one row for each element, side by side and in order', async () => {
    expect(await rowsOf(['b', 'a', 'acme', 'c'], [2, null, 3, 1])).toEqual([
      { org: 'acme', name: 'b', amount: 2 },
      { org: 'acme', name: 'a', amount: null },
      { org: 'acme', name: 'c', amount: 1 },
    ]);
  });

  it('stores no array before it is read', async () => {
    const text = `explain select * from ${unnested({ name: 'text', amount: 'int' })} as given`;
    const plan = await database.query(statement('', text), [arrayOf('text', ['a']), arrayOf('int', [1])]);
    expect(JSON.stringify(plan)).toContain('ProjectSet');
    expect(JSON.stringify(plan)).not.toContain('Function Scan');
  });

  it('has no rows when there are no elements', async () => {
    expect(await rowsOf([], [])).toEqual([]);
  });
});
