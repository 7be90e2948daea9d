import { arrayLiteral } from '../../src/db/array-literal.js';
import { Database, statement } from '../../src/db/database.js';
import { testStack } from '../support/stack.js';

describe('an array as one text', () => {
  let database: Database;
  beforeAll(async () => {
    database = await Database.connect({ url: testStack().databaseUrl, schema: 'public', durability: 'relaxed' });
  });
  afterAll(() => database.close());

  it('is read as it was given', async () => {
    const back = statement('', 'select $1::text::text[] as back');
    const texts = ['', ' ', 'a', 'NULL', '{}', 'a,b', '\\', '"', '\\"', 'ü😀', "'", '\n\t', '\u0001"', '\u2028"\u007f'];
    for (const given of [texts, []])
      expect(await database.query(back, [arrayLiteral(given)])).toEqual([{ back: given }]);
  });
});
