import { Database, statement } from '../../src/db/database.js';
import { testStack } from '../support/stack.js';

const TEXTS = statement('', 'select array_agg(given) as back from unnest($1::text[]) as given');
const BYTES = statement('', 'select array_agg(given) as back from unnest($1::bytea[]) as given');
const NUMBERS = statement('', 'select array_agg(given)::text[] as back from unnest($1::bigint[]) as given');
const FLAGS = statement('', 'select array_agg(given) as back from unnest($1::boolean[]) as given');

describe('arrays as parameters come back as they were given', () => {
  let database: Database;
  beforeAll(async () => {
    database = await Database.connect({ url: testStack().databaseUrl, schema: 'public', durability: 'relaxed' });
  });
  afterAll(() => database.close());

  const sent = async (query: typeof TEXTS, values: readonly unknown[]): Promise<unknown> =>
    (await database.query<{ back: unknown }>(query, [values]))[0]?.back;

  it('texts, whatever stands in them', async () => {
    const texts = [
      '',
      ' ',
      'a',
      'NULL',
      'null',
      null,
      '{}',
      '{"a":1}',
      'a,b',
      '\\',
      '"',
      '\\"',
      'ü😀',
      "'",
      '\n\t',
      '(x)',
      '{"text":"a \\"b\\" \\\\ c\\n"}',
      '\u0001"',
      '\u2028"\u007f',
    ];
    expect(await sent(TEXTS, texts)).toEqual(texts);
    expect(await sent(TEXTS, [undefined])).toEqual([null]);
  });

  it('bytes', async () => {
    const bytes = [Buffer.of(0, 1, 255, 92, 34), Buffer.alloc(0)];
    expect(await sent(BYTES, bytes)).toEqual(bytes);
  });

  it('numbers and flags', async () => {
    expect(await sent(NUMBERS, [1, -2n, 9_007_199_254_740_993n, null])).toEqual(['1', '-2', '9007199254740993', null]);
    expect(await sent(FLAGS, [true, false, null])).toEqual([true, false, null]);
    expect(await sent(TEXTS, [])).toBeNull();
  });
});
