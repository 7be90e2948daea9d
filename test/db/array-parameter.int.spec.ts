import fc from 'fast-check';
import { ArrayParameter, type Element, type ElementType } from '../../src/db/array-parameter.js';
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
    return (await database.query<{ back: unknown }>(query, [new ArrayParameter(type, values)]))[0]?.back;
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
    const plain = fc.string({ unit: 'binary-ascii', size: 'max', maxLength: 80 });
    const mixed = fc.string({ unit: 'binary', size: 'max', maxLength: 80 });
    const broken = fc.tuple(plain, fc.constantFrom('\ud800', '\udfff')).map((parts) => parts.join(''));
    const text = fc.oneof(plain, mixed, broken).map((given) => given.replaceAll('\0', ''));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.option(text), { size: 'max', maxLength: 20 }), async (values) => {
        expect(await shown('text', values)).toEqual(values.map((value) => value?.toWellFormed() ?? null));
      }),
      { numRuns: 100 },
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
    const doubles = [0.1, -1.5e-300, -0, Infinity];
    expect(await shown('double precision', doubles)).toEqual(['0.1', '-1.5e-300', '0', 'Infinity']);
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

  it('bring instants, the same one again and after one that was refused', async () => {
    const instants = [
      '2026-11-29T20:00:00.001Z',
      '2026-11-29T20:00:00.001Z',
      '1999-12-31T23:59:59.999Z',
      '2026-11-29T20:00:00.001Z',
      null,
      '0001-01-01T00:00:00.000Z',
      '2285-06-06T00:00:00.001Z',
      '9999-12-31T23:59:59.999Z',
    ];
    const query = statement(
      '',
      'select array(select (extract(epoch from given) * 1000)::text from unnest($1::timestamptz[]) as given) as back',
    );
    const sent = async (values: readonly (string | null)[]): Promise<unknown> =>
      (await database.query<{ back: unknown }>(query, [new ArrayParameter('timestamptz', values)]))[0]?.back;
    const inMicros = instants.map((instant) => (instant === null ? null : `${Date.parse(instant)}.000000`));
    expect(await sent(instants)).toEqual(inMicros);
    for (const _ of ['once', 'again']) {
      await expect(sent(['tomorrow'])).rejects.toThrow('$1 of an unnamed statement: element 0 of 1 is no timestamptz');
    }
    expect(await sent(instants)).toEqual(inMicros);
  });

  it('bring nothing where nothing is given', async () => {
    const types = ['uuid', 'smallint', 'double precision', 'timestamptz', 'bytea'] as const;
    for (const type of types) expect(await shown(type, [null, undefined])).toEqual([null, null]);
  });

  it('of nothing are empty', async () => {
    for (const type of ['text', 'uuid', 'bigint'] as const) expect(await shown(type, [])).toEqual([]);
  });

  const refused: readonly (readonly [ElementType, unknown])[] = [
    ['uuid', ''],
    ['uuid', '0199c0de-7abc-8def-9123-456789abcdeg'],
    ['uuid', '0199c0de-7abc-8def-9123-456789abcdeé'],
    ['uuid', '0199c0de-7abc-8def-9123-456789abcdef0'],
    ['uuid', '0199c0de07abc-8def-9123-456789abcdef'],
    ['uuid', '0199c0de-7abc08def-9123-456789abcdef'],
    ['uuid', '0199c0de-7abc-8def09123-456789abcdef'],
    ['uuid', '0199c0de-7abc-8def-91230456789abcdef'],
    ['text', 5],
    ['bigint', 0.5],
    ['bigint', '5'],
    ['bigint', Number.MAX_SAFE_INTEGER + 1],
    ['bigint', 2n ** 63n],
    ['bigint', -(2n ** 63n) - 1n],
    ['int', 0.5],
    ['int', NaN],
    ['int', 5n],
    ['int', 2 ** 31],
    ['smallint', 32_768],
    ['smallint', -32_769],
    ['double precision', '0.5'],
    ['boolean', 'false'],
    ['boolean', 0],
    ['bytea', 'abc'],
    ['timestamptz', ''],
    ['timestamptz', 'tomorrow'],
    ['timestamptz', '2026-02-30T00:00:00.000Z'],
    ['timestamptz', '2026-11-29T20:00:00Z'],
    ['timestamptz', '2026-11-29T20:00:00.000001Z'],
    ['timestamptz', 1_764_446_400_000],
  ];
  it.each(refused)('of %s do not take %p', (type, value) => {
    const array = new ArrayParameter(type, [null, value as Element]);
    expect(() => array.toPostgres()).toThrow(`element 1 of 2 is no ${type}`);
  });
});
