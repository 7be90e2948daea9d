import fc from 'fast-check';
import { arrayOf, type Element, type ElementType } from '../../src/db/array-parameter.js';
import { Database, statement } from '../../src/db/database.js';
import { testStack } from '../support/stack.js';

describe('arrays as parameters', () => {
  let database: Database;
  beforeAll(async () => {
    database = await Database.connect({ url: testStack().databaseUrl, schema: 'public', durability: 'relaxed' });
  });
  afterAll(() => database.close());

  /** As PostgreSQL shows the elements in text. */
  const shown = async (type: ElementType, values: readonly Element[]): Promise<unknown> => {
    const query = statement('', `select $1::${type}[]::text[] as back`);
    return (await database.query<{ back: unknown }>(query, [arrayOf(type, values)]))[0]?.back;
  };

  it('bring texts, whatever stands in them', async () => {
    const texts = [
      '',
      ' ',
      'NULL',
      null,
      '{}',
      'a,b',
      '\\"',
      'ü😀',
      '\n\t',
      '{"text":"a \\"b\\" \\\\ c\\n"}',
      '\u0001',
      'ü',
    ];
    const long = ['x'.repeat(49), 'é'.repeat(48), `${'x'.repeat(47)}é`, '\u2028'.repeat(100)];
    expect(await shown('text', [...texts, ...long])).toEqual([...texts, ...long]);
    expect(await shown('text', [undefined])).toEqual([null]);
    expect(await shown('text', ['\ud800'])).toEqual(['\ufffd']);
  });

  it('bring random texts', async () => {
    const texts = fc.array(
      fc.option(fc.string({ unit: 'binary', maxLength: 80 }).map((text) => text.replaceAll('\0', ''))),
    );
    await fc.assert(
      fc.asyncProperty(texts, async (values) => {
        expect(await shown('text', values)).toEqual(values.map((value) => value?.toWellFormed() ?? null));
      }),
      { numRuns: 200 },
    );
  });

  it('bring numbers to their bounds', async () => {
    const exact = [
      0,
      -1,
      4_294_967_295,
      4_294_967_296,
      -4_294_967_297,
      Number.MAX_SAFE_INTEGER,
      Number.MIN_SAFE_INTEGER,
    ];
    const large = [2n ** 63n - 1n, -(2n ** 63n)];
    expect(await shown('bigint', [...exact, ...large, null])).toEqual([...[...exact, ...large].map(String), null]);
    expect(await shown('int', [2 ** 31 - 1, -(2 ** 31), null])).toEqual(['2147483647', '-2147483648', null]);
    expect(await shown('smallint', [32_767, -32_768])).toEqual(['32767', '-32768']);
    expect(await shown('double precision', [0.1, -1.5e-300, Infinity])).toEqual(['0.1', '-1.5e-300', 'Infinity']);
    expect(await shown('boolean', [true, false, null])).toEqual(['true', 'false', null]);
  });

  it('bring ids and bytes', async () => {
    const ids = ['00000000-0000-0000-0000-000000000000', '0199c0de-7abc-8def-9123-456789abcdef', null];
    expect(await shown('uuid', ids)).toEqual(ids);
    expect(await shown('uuid', ['0199C0DE-7ABC-8DEF-9123-456789ABCDEF'])).toEqual([
      '0199c0de-7abc-8def-9123-456789abcdef',
    ]);
    expect(await shown('bytea', [Buffer.of(0, 1, 255, 92, 34), Buffer.alloc(0)])).toEqual(['\\x0001ff5c22', '\\x']);
  });

  it('bring instants of all times that a date can have', async () => {
    const query = statement(
      '',
      `select array(select round(extract(epoch from given) * 1000)::text
      from unnest($1::timestamptz[]) as given) as back`,
    );
    const sent = async (values: readonly string[]): Promise<unknown> =>
      (await database.query<{ back: unknown }>(query, [arrayOf('timestamptz', values)]))[0]?.back;
    const instants = [
      '2026-11-29T20:00:00.001Z',
      '1999-12-31T23:59:59.999Z',
      '0001-01-01T00:00:00.000Z',
      '9999-12-31T23:59:59.999Z',
    ];
    expect(await sent(instants)).toEqual(instants.map((instant) => String(Date.parse(instant))));
  });

  it('of nothing are empty', async () => {
    for (const type of ['text', 'uuid', 'bigint'] as const) expect(await shown(type, [])).toEqual([]);
  });

  const refused: readonly (readonly [ElementType, Element])[] = [
    ['uuid', ''],
    ['uuid', '0199c0de-7abc-8def-9123-456789abcdeg'],
    ['uuid', '0199c0de-7abc-8def-9123-456789abcdeé'],
    ['uuid', '0199c0de-7abc-8def-9123-456789abcdef0'],
    ['uuid', '0199c0de07abc08def091230456789abcdef'],
    ['bigint', 0.5],
    ['bigint', Number.MAX_SAFE_INTEGER + 1],
    ['bigint', 2n ** 63n],
    ['int', 0.5],
    ['int', 2 ** 31],
    ['smallint', 32_768],
    ['timestamptz', 'tomorrow'],
    ['timestamptz', ''],
  ];
  it.each(refused)('of %s do not take %s', async (type, value) => {
    await expect(shown(type, [value])).rejects.toMatchObject({ name: 'RangeError' });
  });
});
