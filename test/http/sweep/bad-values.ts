/** What it is, and its JSON text. */
export type Bad = readonly [what: string, json: string];

const nested = (depth: number, open = '{"a":', close = '}'): string => `${open.repeat(depth)}1${close.repeat(depth)}`;
const text = (value: string): string => JSON.stringify(value);

/** Wrong wherever it stands. */
const ANYWHERE: readonly Bad[] = [
  ['NUL', '"a\\u0000b"'],
  ['an escape character', '"a\\u001b[2Jb"'],
  ['half a surrogate pair', '"\\ud800"'],
  ['the other half', '"a\\udc00b"'],
  ['__proto__ inside', '{"__proto__":{"admin":true}}'],
  ['constructor inside', '{"constructor":{"prototype":{"admin":true}}}'],
  ['an object 17 deep', nested(17)],
  ['an object 100,000 deep', nested(100_000)],
  ['an array 100,000 deep', nested(100_000, '[', ']')],
  ['a name of 10,000 characters', `{"${'n'.repeat(10_000)}":1}`],
  ['a name with NUL', '{"\\u0000":1}'],
];
const NO_TEXT: readonly Bad[] = [
  ['null', 'null'],
  ['a number', '1'],
  ['a huge number', '1e400'],
  ['a boolean', 'true'],
  ['an object', '{}'],
  ['an array', '[]'],
  ['a text in an array', '["a"]'],
];
const NO_NUMBER: readonly Bad[] = [
  ['a number as text', '"1"'],
  ['a boolean', 'true'],
  ['an object', '{}'],
  ['an array', '[1]'],
  ['a fraction', '1.5'],
  ['more than is safe', '9007199254740993'],
  ['infinitely many', '1e400'],
  ['infinitely few', '-1e400'],
  ['-1', '-1'],
];
const EMPTY_TEXT: readonly Bad[] = [
  ['an empty text', '""'],
  ['blanks', '" \\u00a0\\u2003 "'],
];
const TOO_LONG: Bad = ['100,000 characters', text('x'.repeat(100_000))];
const WORDS: readonly Bad[] = [
  ['right to left', text('\u202eעברית')],
  ['an astral character', text('\u{1F600}')],
  ['not composed', text('e\u0301')],
  ['no ASCII digits', text('١٢٣')],
  ['SQL', text("'; drop table persons; --")],
  ['a template', text('${7*7}{{7*7}}')],
  ['a path', text('../../etc/passwd')],
];
const WRONG_CASE = (...values: readonly string[]): readonly Bad[] =>
  values.map((value) => ['the wrong case', text(value)] as const);

const ID = '0190a000-0000-8000-8000-000000000001';
const NO_ID: readonly Bad[] = [
  ['no hyphens', text(ID.replaceAll('-', ''))],
  ['braces', text(`{${ID}}`)],
  ['one digit too many', text(`${ID}0`)],
  ['nearly the nil UUID', '"00000000-0000-0000-0000-000000000001"'],
  ['full-width digits', text(ID.replaceAll('0', '０'))],
];

/** By what a property holds: whatever it must not be. */
export const KINDS = {
  id: [...ANYWHERE, ...NO_TEXT, ...EMPTY_TEXT, TOO_LONG, ...WORDS, ...NO_ID],
  /** Any words are welcome. */
  text: [...ANYWHERE, ...NO_TEXT, ...EMPTY_TEXT, TOO_LONG],
  /** Has a form of its own: an email address, a URL, a country. */
  form: [...ANYWHERE, ...NO_TEXT, ...EMPTY_TEXT, TOO_LONG, ...WORDS],
  /** An id of the client's own system, with slashes perhaps. */
  reference: [...ANYWHERE, ...NO_TEXT, ...EMPTY_TEXT, TOO_LONG, ...WORDS.filter(([what]) => what !== 'a path')],
  field: [...ANYWHERE, ...NO_TEXT, ...EMPTY_TEXT, TOO_LONG, ...WORDS, ...WRONG_CASE('EMAILS', 'Phones')],
  word: [...ANYWHERE, ...NO_TEXT, ...EMPTY_TEXT, TOO_LONG, ...WORDS, ...WRONG_CASE('BULK', 'Bonus', 'Person')],
  instant: [
    ...ANYWHERE,
    ...NO_TEXT,
    ...EMPTY_TEXT,
    TOO_LONG,
    ...WORDS,
    ['a day that is none', '"2026-02-30T00:00:00Z"'],
  ],
  amount: [...ANYWHERE, ['null', 'null'], ...NO_NUMBER],
  /** Null has a meaning. */
  cap: [...ANYWHERE, ...NO_NUMBER],
  /** Below zero is welcome, zero is not. */
  signed: [...ANYWHERE, ['null', 'null'], ['zero', '0'], ...NO_NUMBER.filter(([what]) => what !== '-1')],
  flag: [...ANYWHERE, ...NO_TEXT.filter(([what]) => what !== 'a boolean'), ['a text', '"true"']],
  object: [
    ...ANYWHERE,
    ...NO_TEXT.filter(([what]) => what !== 'an object'),
    ['a text', '"a"'],
    ['an unknown property', '{"nope":1}'],
  ],
  /** The client's own data. */
  custom: [...ANYWHERE, ...NO_TEXT.filter(([what]) => what !== 'an object'), ['a text', '"a"'], ['6 deep', nested(6)]],
  ids: [
    ...ANYWHERE,
    ...NO_TEXT.filter(([what]) => what !== 'an array'),
    ['a text', text(ID)],
    ['1,001 ids', JSON.stringify(Array<string>(1_001).fill(ID))],
    ['null among them', `["${ID}",null]`],
    ['an array among them', `["${ID}",["${ID}"]]`],
  ],
  tags: [
    ...ANYWHERE,
    ...NO_TEXT.filter(([what]) => what !== 'an array' && what !== 'a text in an array'),
    ['a text', '"a"'],
    ['21 entries', JSON.stringify(Array.from({ length: 21 }, (_, n) => `t${n}`))],
    ['an empty one', '[""]'],
    ['null among them', '["a",null]'],
  ],
  tasks: [
    ...ANYWHERE,
    ...NO_TEXT.filter(([what]) => what !== 'an array'),
    ['null among them', '[null]'],
    ['an empty one', '[{}]'],
    ['201 of them', JSON.stringify(Array(201).fill({ entityId: ID, field: 'emails' }))],
  ],
} satisfies Readonly<Record<string, readonly Bad[]>>;
export type Kind = keyof typeof KINDS;

/** Wrong for every parameter of a query, as it stands in the URL. */
const IN_ANY_QUERY: readonly string[] = ['', '%20', '%00', 'a%1bb', '%ff', '%ed%a0%80', 'x'.repeat(9_000)];
const NO_COUNTS: readonly string[] = ['-1', '1.5', '1e3', '0x10', 'NaN', 'Infinity', 'null', '%D9%A1', '9'.repeat(400)];
const NO_WORDS: readonly string[] = ['null', '[]', '{}', '%F0%9F%98%80', "'%20or%201=1--", 'EMAILS'];

/** By what a parameter holds. */
export const QUERY_KINDS = {
  count: [...IN_ANY_QUERY, ...NO_COUNTS],
  word: [...IN_ANY_QUERY, ...NO_WORDS],
  instant: [...IN_ANY_QUERY, ...NO_WORDS, '2026-02-30', '2026-01-01T25:00:00Z', '0'],
  cursor: [...IN_ANY_QUERY, ...NO_WORDS, 'bnVsbA', 'W10', 'WyJhIiwxLDJd'],
  filters: [...IN_ANY_QUERY, '1', 'null', '[]', '{', '{"field":1}', '{"and":[]}', '{"__proto__":1}', nested(50)],
  words: IN_ANY_QUERY,
} satisfies Readonly<Record<string, readonly string[]>>;
export type QueryKind = keyof typeof QUERY_KINDS;

/** Wrong for every id in a path. */
export const PATH_IDS: readonly string[] = [
  'x',
  '%00',
  '%ff',
  '%zz',
  '%F0%9F%98%80',
  "';--",
  `${ID}0`,
  '%2e%2e',
  '1e1',
];

/** Bodies that are wrong for every route that takes one. */
export const BODIES: readonly Bad[] = [
  ['null', 'null'],
  ['a number', '1'],
  ['a text', '"a"'],
  ['a boolean', 'true'],
  ['an array', '[]'],
  ['an array of objects', '[{}]'],
  ['half an object', '{"a":'],
  ['two objects', '{}{}'],
  ['a comment', '{/* a */}'],
  ['no JSON', 'a=b&c=d'],
  ['blanks', '  '],
  ['100,000 deep', nested(100_000)],
  ['an array 100,000 deep', nested(100_000, '[', ']')],
  ['more than 1 MiB', text('x'.repeat(1024 * 1024))],
];
