import { Database, statement } from '../../src/db/database.js';
import { jsonTexts, textsOf } from '../../src/db/json-texts.js';
import { testStack } from '../support/stack.js';

const BACK = statement(
  '',
  `select given.text, given.text::jsonb as value from unnest(${textsOf('$1')}) with ordinality as given (text, place)
   order by place`,
);

describe('JSON texts as one parameter', () => {
  let database: Database;
  beforeAll(async () => {
    database = await Database.connect({ url: testStack().databaseUrl, schema: 'public', durability: 'relaxed' });
  });
  afterAll(() => database.close());

  const sent = (texts: readonly (string | null)[]) =>
    database.query<{ text: string | null; value: unknown }>(BACK, [jsonTexts(texts)]);

  it('come back as they were given, whatever stands in them', async () => {
    const values = [
      {},
      [],
      'NULL',
      'null',
      '',
      '\u001e',
      '\u001f\n\t\u0001',
      '"\\"',
      'ü😀\u2028',
      { 'a,b': ['{', '}', "'"] },
      1.5,
    ];
    const rows = await sent(values.map((value) => JSON.stringify(value)));
    expect(rows.map(({ value }) => value)).toEqual(values);
    expect(rows.map(({ text }) => text)).toEqual(values.map((value) => JSON.stringify(value)));
  });

  it('tell nothing from the JSON null, and none from one', async () => {
    expect((await sent([null, 'null', null])).map(({ text }) => text)).toEqual([null, 'null', null]);
    expect(await sent([null])).toEqual([{ text: null, value: null }]);
    expect(await sent([])).toEqual([]);
  });
});
