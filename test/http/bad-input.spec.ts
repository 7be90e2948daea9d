import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { startApp, type World } from './app.js';
import { callerOf, type Call } from './call.js';
import { PERSON } from './views.js';

const LINKEDIN = 'https://www.linkedin.com/in/ada';
let app: NestFastifyApplication;
let world: World;
let call: Call;
beforeAll(async () => {
  ({ app, world } = await startApp());
  call = callerOf(app);
});
beforeEach(() => world.reset());
afterAll(() => app.close());

const nested = (depth: number): string => '{"a":'.repeat(depth) + '1' + '}'.repeat(depth);
const nestedArray = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);

/** JSON texts that are wrong for every property. */
const WRONG_FOR_ALL: readonly (readonly [string, string])[] = [
  ['null', 'null'],
  ['a number', '1'],
  ['a boolean', 'true'],
  ['an array in an array', '[[]]'],
  ['NUL', '"a\\u0000b"'],
  ['a control character', '"a\\u001bb"'],
  ['half a surrogate pair', '"\\ud800"'],
  ['__proto__ inside', '{"__proto__":{"admin":true}}'],
  ['constructor inside', '{"constructor":{"prototype":{}}}'],
  ['deep nesting', nested(100_000)],
  ['deep arrays', nestedArray(100_000)],
  ['a name of 10,000 characters', `{"${'n'.repeat(10_000)}":1}`],
];
/** Wrong for all that are text. */
const WRONG_FOR_TEXT: readonly (readonly [string, string])[] = [
  ['an object', '{}'],
  ['an array', '[]'],
  ['an empty string', '""'],
  ['blanks', '"  "'],
  ['100,000 characters', `"${'x'.repeat(100_000)}"`],
];

const TEXTS = [
  'id',
  'firstName',
  'lastName',
  'fullName',
  'title',
  'companyName',
  'companyDomain',
  'country',
  'linkedinUrl',
  'email',
  'xHandle',
  'githubUsername',
];
const personRows = [
  ...TEXTS.flatMap((property) => [...WRONG_FOR_ALL, ...WRONG_FOR_TEXT].map((row) => [property, ...row] as const)),
  ...['tags', 'custom'].flatMap((property) => WRONG_FOR_ALL.map((row) => [property, ...row] as const)),
  ['tags', 'a string', '"a"'],
  ['tags', '21 entries', JSON.stringify(Array.from({ length: 21 }, (_, i) => `t${i}`))],
  ['tags', 'an empty entry', '[""]'],
  ['tags', 'an entry of 65 characters', `["${'x'.repeat(65)}"]`],
  ['tags', 'an entry that is null', '[null]'],
  ['custom', 'an array', '[]'],
  ['custom', 'a string', '"a"'],
  ['custom', 'more than 10 KiB', `{"a":"${'x'.repeat(10_240)}"}`],
  ['custom', 'more than 10 KiB in UTF-8', `{"a":"${'é'.repeat(5_120)}"}`],
  ['custom', 'depth 6', nested(6)],
  ['country', 'lower case', '"gb"'],
  ['country', 'three letters', '"GBR"'],
  ['id', 'no UUID', '"x"'],
] as const;

const expectError = (answer: Awaited<ReturnType<Call>>, property: string) => {
  expect([answer.status, answer.body.error.code]).toEqual([400, 'VALIDATION_ERROR']);
  const { error } = answer.body;
  expect(error.reason).toMatch(/^[a-z]+(_[a-z]+)*$/);
  expect(error.message).not.toBe('');
  expect(error.details[0].path.split('.')[0]).toBe(property);
  expect(answer.text.length).toBeLessThan(5_000);
  expect(world.commands).toEqual([]);
};

describe('PR-01 bad input never gets further than a 400 that names the property', () => {
  it.each(personRows)('%s: %s', async (property, _what, json) => {
    const others = property === 'linkedinUrl' ? '' : `"linkedinUrl":"${LINKEDIN}",`;
    expectError(await call('POST', '/api/v1/persons', { body: `{${others}"${property}":${json}}` }), property);
  });

  it.each([
    'nope',
    'orgId',
    'createdAt',
    'emails',
    'source',
    'toString',
    'hasOwnProperty',
    'First Name',
    '',
    '\u{1F600}',
    'é',
  ])('X-06 the unknown property "%s" is named', async (property) => {
    const body = { linkedinUrl: LINKEDIN, [property]: 1 };
    expectError(await call('POST', '/api/v1/persons', { body }), property);
  });

  it.each(['__proto__', 'constructor', 'prototype'])('X-06 the polluting key %s is named', async (key) => {
    expectError(await call('POST', '/api/v1/persons', { body: `{"linkedinUrl":"${LINKEDIN}","${key}":{"x":1}}` }), key);
    const query = await call('POST', `/api/v1/persons?${key}=1`, { body: { linkedinUrl: LINKEDIN } });
    expectError(query, key);
  });

  it.each(['null', '1', '"a"', 'true', '[]', '[{}]', nested(100_000), nestedArray(100_000)])(
    'a body that is no flat object is refused',
    async (body) => {
      const { status, body: answer } = await call('POST', '/api/v1/persons', { body });
      expect([status, answer.error.code]).toEqual([400, 'VALIDATION_ERROR']);
    },
  );

  it('a missing body is refused like an empty one', async () => {
    const { status, body } = await call('POST', '/api/v1/persons');
    expect([status, body.error.reason]).toEqual([400, 'identity_required']);
  });

  it.each([
    `{"linkedinUrl":"${LINKEDIN}","title":"a","title":"a"}`,
    `{"title":"a","linkedinUrl":"${LINKEDIN}","\\u0074itle":"b"}`,
    `{"linkedinUrl":"${LINKEDIN}","custom":{"title":1,"title":1}}`,
  ])('X-06 a property that stands there twice is named: %s', async (body) => {
    const answer = await call('POST', '/api/v1/persons', { body });
    expectError(answer, 'title');
    expect(answer.body.error.reason).toBe('repeated_property');
  });

  it('properties of the body do not count in the query', async () => {
    const url = `/api/v1/persons?linkedinUrl=${encodeURIComponent(LINKEDIN)}`;
    expectError(await call('POST', url, { body: { email: 'a@example.com' } }), 'linkedinUrl');
  });

  it('names at most 20 faults', async () => {
    const body = Object.fromEntries(Array.from({ length: 1_000 }, (_, i) => [`p${i}`, 1]));
    expect((await call('POST', '/api/v1/persons', { body })).body.error.details).toHaveLength(20);
  });

  it('names all faults of an ordinary mistake', async () => {
    const { body } = await call('POST', '/api/v1/persons', { body: { email: 1, title: null, nope: 1 } });
    expect(body.error.details.map(({ path }: { path: string }) => path).sort()).toEqual(['email', 'nope', 'title']);
  });
});

describe('OP-02 bad input', () => {
  const url = `/api/v1/operations/enrichment/${PERSON}`;

  it.each([...WRONG_FOR_ALL, ...WRONG_FOR_TEXT])('field in the body: %s', async (_what, json) => {
    expectError(await call('POST', url, { body: `{"field":${json}}` }), 'field');
  });

  it.each(['personId', 'personIds', 'orgId', 'entityId', 'constructor'])(
    'the body does not know %s',
    async (property) => {
      expectError(await call('POST', `${url}?field=emails`, { body: { [property]: PERSON } }), property);
    },
  );

  const wrongBut = (right: string) => WRONG_FOR_ALL.filter(([what]) => what !== right);
  const WRONG_AMOUNTS = [
    ...wrongBut('a number'),
    ['a string', '"5"'],
    ['a fraction', '1.5'],
    ['less than nothing', '-1'],
    ['too much', '9007199254740992'],
  ] as const;
  const WRONG_FLAGS = [...wrongBut('a boolean'), ['a string', '"true"']] as const;
  const WRONG_CAPS = [...WRONG_FOR_ALL, ['a string', '"5"'], ['an array', '[1]']] as const;
  const post = (json: string) => call('POST', `${url}?field=emails`, { body: json });
  const patch = (json: string) => call('PATCH', '/api/v1/settings', { body: json });

  it.each<readonly [string, string]>(WRONG_AMOUNTS)('CR-07 maxCredits: %s', async (_what, json) => {
    expectError(await post(`{"maxCredits":${json}}`), 'maxCredits');
  });

  it.each<readonly [string, string]>(WRONG_FLAGS)('OP-05 force: %s', async (_what, json) => {
    expectError(await post(`{"force":${json}}`), 'force');
  });

  it.each([...WRONG_FOR_ALL, ...WRONG_FOR_TEXT])('WF-03 waterfallId: %s', async (_what, json) => {
    expectError(await post(`{"waterfallId":${json}}`), 'waterfallId');
  });

  it.each<readonly [string, string]>(WRONG_CAPS)('WF-10 caps: %s', async (_what, json) => {
    expectError(await patch(`{"caps":${json}}`), 'caps');
  });

  it.each<readonly [string, string]>(WRONG_AMOUNTS.filter(([what]) => what !== 'null'))(
    'WF-10 a cap: %s',
    async (_what, json) => {
      expectError(await patch(`{"caps":{"daily":${json}}}`), 'caps');
      expectError(await patch(`{"caps":{"monthly":${json}}}`), 'caps');
    },
  );

  it.each(['personId', 'force', 'maxCredits', 'waterfallId', 'nope', 'field[]', 'field.x', '__proto__', 'constructor'])(
    'the query knows only field, not %s',
    async (property) => {
      const query = `field=emails&${encodeURIComponent(property)}=${PERSON}`;
      for (const method of ['POST', 'GET']) {
        const { status, body } = await call(method, `${url}?${query}`);
        expect([status, body.error.details[0].path]).toEqual([400, property]);
      }
    },
  );

  it.each(['%00', '%1b', 'emails%00', '%ff', '%zz', '%', 'emails%0a', '%F0%9F%98%80'])(
    'field=%s in the query',
    async (field) => {
      for (const method of ['POST', 'GET']) {
        const { status, body } = await call(method, `${url}?field=${field}`);
        expect([status, body.error.code]).toEqual([400, 'VALIDATION_ERROR']);
      }
    },
  );

  it.each(['%00', '%1b', '%ff', '%zz', '%2e%2e%2f', '..', '%F0%9F%98%80', '%E2%80%8B', "';drop table persons;--"])(
    'the person %s in the path',
    async (id) => {
      for (const method of ['POST', 'GET']) {
        const { status, body } = await call(method, `/api/v1/operations/enrichment/${id}?field=emails`);
        expect(status).toBeGreaterThanOrEqual(400);
        expect(status).toBeLessThan(500);
        expect(body.error.code).toEqual(expect.any(String));
      }
    },
  );

  it('10,000 query parameters are refused, quickly', async () => {
    const query = Array.from({ length: 1_000 }, (_, i) => `a${i}=1`).join('&');
    expect((await call('GET', `${url}?${query}`)).status).toBe(400);
  });

  it('nothing was polluted by all this', () => {
    expect(({} as Record<string, unknown>)['admin']).toBeUndefined();
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  });
});
