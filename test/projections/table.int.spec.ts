import fc from 'fast-check';
import { statement } from '../../src/db/database.js';
import { column, table } from '../../src/projections/table.js';
import { openReadSide, type ReadSide } from './support.js';

interface Row {
  readonly id: number;
  readonly text: string | null;
  readonly json: unknown;
  readonly isSet: boolean | null;
  readonly ratio: number | null;
}
const ROWS = table<Row>({
  name: 'any_rows',
  key: ['id'],
  newerBy: 'never',
  columns: [
    column('id', 'int', (row) => row.id),
    column('text', 'text', (row) => row.text),
    column('json', 'jsonb', (row) => JSON.stringify(row.json)),
    column('is_set', 'boolean', (row) => row.isSet),
    column('ratio', 'double precision', (row) => row.ratio),
  ],
});
const INSERT = statement('', ROWS.insertSql({ firstParameter: 1, condition: 'true', mode: 'upsert' }));

/** All that Postgres can hold: no NUL, no lone surrogates. */
const text = fc
  .oneof(fc.string({ unit: 'binary' }), fc.constantFrom('null', 'NULL', '', '{}', '"', '\\', 'a,b', ' '))
  .filter((value) => !value.includes('\0') && value.isWellFormed());
/** No escapes: JSON.parse of Node 24.21 may take `{"a":1,"\\u0001":2}` for `{"a":1,"\\\\":2}` once it has seen the latter. */
const key = fc.string({ unit: fc.constantFrom('a', 'b', ',', '{', '}', ' ', "'", 'ß') });
const row = fc.record({
  text: fc.option(text),
  json: fc.oneof(text, fc.integer(), fc.array(text), fc.dictionary(key, text)),
  isSet: fc.option(fc.boolean()),
  ratio: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true })),
});

describe('table', () => {
  let side: ReadSide;
  beforeAll(async () => {
    side = await openReadSide();
    const columns = 'id int primary key, text text, json jsonb, is_set boolean, ratio double precision';
    await side.database.query(statement('', `create table any_rows (${columns})`));
  });
  afterAll(() => side.close());

  it('writes whatever a row holds as it is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 30 }), async (values) => {
        const rows = values.map((value, id) => ({ id, ...value }));
        await side.database.query(statement('', 'truncate any_rows'));
        await side.database.query(INSERT, [...ROWS.parameters(rows)]);
        const query = statement('', 'select id, text, json, is_set as "isSet", ratio from any_rows order by id');
        expect(await side.database.query(query)).toEqual(JSON.parse(JSON.stringify(rows)));
      }),
      { numRuns: 60 },
    );
  });
});
