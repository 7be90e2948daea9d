import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { ApiError } from '../../src/commands/api-error.js';
import type { ExecuteOptions } from '../../src/commands/gateway.js';
import { Refused } from '../../src/commands/outcomes.js';
import type { Refusal } from '../../src/domain/kernel/refusal.js';
import { startApp, type World } from './app.js';
import { callerOf, type Call, type CallOptions } from './call.js';
import { foundView, pendingView, PERSON, personNumber } from './views.js';

const BASE = '/api/v1/operations/enrichment';
const SINGLE = `${BASE}/${PERSON}?field=emails`;
const BATCH = `${BASE}/batch`;
const LINKEDIN = 'https://www.linkedin.com/in/ada';
const OTHER = personNumber(2);

let app: NestFastifyApplication;
let world: World;
let call: Call;
beforeAll(async () => {
  ({ app, world } = await startApp());
  call = callerOf(app);
});
beforeEach(() => {
  world.reset();
  answer(false);
});
afterAll(() => app.close());

const answer = (replayed: boolean) => {
  world.execute = async (type: string, data: Record<string, string>) => {
    const enrichment = foundView(world.clock.now());
    const requested = { enrichments: [pendingView(world.clock.now())], created: 1, reserved: 3, available: 97 };
    const { keyId, sealed } = data;
    const recorded = { personId: PERSON, existing: false, keyId, sealed, recordedAt: '2026-11-21T01:02:03.004Z' };
    const results: Record<string, unknown> = { RequestEnrichments: requested, RecordPerson: recorded };
    return { result: results[type] ?? { enrichment, available: 97 }, replayed, position: null };
  };
};
const withKey = (key: string, rest: CallOptions = {}): CallOptions => ({
  ...rest,
  headers: { ...rest.headers, 'idempotency-key': key },
});
/** The options of the one command that a request has sent. */
const sentBy = async (url: string, options: CallOptions): Promise<ExecuteOptions> => {
  world.commands = [];
  const { status } = await call('POST', url, options);
  expect(status).toBeLessThan(300);
  expect(world.commands).toHaveLength(1);
  return world.commands[0]?.options as ExecuteOptions;
};

/** Every POST that changes something. */
const WRITES: readonly (readonly [string, string, CallOptions])[] = [
  ['single', SINGLE, {}],
  ['batch', BATCH, { body: { personIds: [PERSON], field: 'emails' } }],
  ['cancel', `${BASE}/${PERSON}/cancel?field=emails`, {}],
  ['persons', '/api/v1/persons', { body: { linkedinUrl: LINKEDIN } }],
];

/** One that the route can get. */
const refusalOf = (url: string): Refusal => {
  if (url.includes('/cancel')) return { code: 'NOT_FOUND', reason: 'unknown_enrichment' };
  if (url.includes('/persons')) return { code: 'CONFLICT', reason: 'person_exists', details: { personIds: [PERSON] } };
  const details = { required: 3, available: 1, shortfall: 2 };
  return { code: 'INSUFFICIENT_CREDITS', reason: 'insufficient_credits', details };
};

describe.each(WRITES)('X-07 on %s', (_name, url, options) => {
  it('without a key the command id is drawn', async () => {
    expect(Object.keys(await sentBy(url, options))).toEqual(['correlationId']);
  });

  it('the same key makes the same command, another key another one', async () => {
    const first = await sentBy(url, withKey('k', options));
    expect(first).toMatchObject({ keyed: true, fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/) });
    const { id, fingerprint } = await sentBy(url, withKey('k', options));
    expect([id, fingerprint]).toEqual([first.id, first.fingerprint]);
    expect((await sentBy(url, withKey('K', options))).id).not.toBe(first.id);
  });

  it('a remembered answer says so, a first one does not', async () => {
    expect((await call('POST', url, withKey('k', options))).headers['idempotency-replayed']).toBeUndefined();
    answer(true);
    const again = await call('POST', url, withKey('k', options));
    expect(again.headers['idempotency-replayed']).toBe('true');
  });

  it('a remembered refusal says so', async () => {
    const refusal = refusalOf(url);
    world.execute = () => {
      throw new Refused(refusal, null, true);
    };
    const { headers, body } = await call('POST', url, withKey('k', options));
    expect(headers['idempotency-replayed']).toBe('true');
    expect(body.error).toMatchObject(refusal);
  });

  it('takes 1 to 255 printable ASCII characters', async () => {
    for (const key of ['a', 'x'.repeat(255), '~ !"#', '0']) {
      expect((await call('POST', url, withKey(key, options))).status).toBeLessThan(300);
    }
    world.commands = [];
    for (const key of ['', 'x'.repeat(256), 'caf\u00e9', 'a\tb', '\u0080']) {
      const { status, body } = await call('POST', url, withKey(key, options));
      expect([status, body.error.reason]).toEqual([400, 'invalid_idempotency_key']);
      expect(body.error.details[0].path).toBe('Idempotency-Key');
    }
    expect(world.commands).toEqual([]);
  });

  it('X-01 the key is looked at after credentials, scope and shape', async () => {
    const nobody = withKey('', { ...options, headers: { 'x-api-key': 'none' } });
    expect((await call('POST', url, nobody)).status).toBe(401);
    const { body } = await call('POST', `${url}${url.includes('?') ? '&' : '?'}nope=1`, withKey('', options));
    expect(body.error.reason).toBe('unknown_property');
    world.scopes = new Set();
    expect((await call('POST', url, withKey('', options))).status).toBe(403);
  });

  it('a key whose first request still runs is 409 with Retry-After', async () => {
    world.execute = () => {
      const headers = { 'retry-after': '1' };
      throw new ApiError({ code: 'IDEMPOTENCY_IN_PROGRESS', reason: 'idempotency_key_in_use', message: '…', headers });
    };
    const { status, headers, body } = await call('POST', url, withKey('k', options));
    expect([status, headers['retry-after'], body.error.code]).toEqual([409, '1', 'IDEMPOTENCY_IN_PROGRESS']);
  });

  it('a key that was used for another request is 409', async () => {
    world.execute = () => {
      throw new Refused({ code: 'IDEMPOTENCY_CONFLICT', reason: 'idempotency_key_reused' }, null);
    };
    const { status, headers, body } = await call('POST', url, withKey('k', options));
    expect([status, body.error.code]).toEqual([409, 'IDEMPOTENCY_CONFLICT']);
    expect(headers['idempotency-replayed']).toBeUndefined();
  });
});

describe('X-07 the scope of a key', () => {
  it('is the route, with all its parameters: another person is another request under the same key', async () => {
    const first = await sentBy(SINGLE, withKey('k'));
    const other = await sentBy(`${BASE}/${OTHER}?field=emails`, withKey('k'));
    expect(other.id).toBe(first.id);
    expect(other.fingerprint).not.toBe(first.fingerprint);
  });

  it('is not shared by routes', async () => {
    const ids = [];
    for (const [, url, options] of WRITES) ids.push((await sentBy(url, withKey('k', options))).id);
    expect(new Set(ids).size).toBe(WRITES.length);
  });
});

describe('X-07 the fingerprint', () => {
  const single = async (url: string, options: CallOptions = {}) =>
    (await sentBy(url, withKey('k', options))).fingerprint;
  const batch = async (body: string) => (await sentBy(BATCH, withKey('k', { body }))).fingerprint;
  const persons = async (body: string) => (await sentBy('/api/v1/persons', withKey('k', { body }))).fingerprint;

  it('does not depend on the order of names, on whitespace, or on how characters and numbers are written', async () => {
    const one = await batch(`{"personIds":["${PERSON}"],"field":"emails"}`);
    expect(await batch(`{ "field": "\\u0065mails",\n "personIds": [ "${PERSON}" ] }`)).toBe(one);
    const custom = (numbers: string) => persons(`{"linkedinUrl":"${LINKEDIN}","custom":{"n":${numbers}}}`);
    expect(await custom('[1.0,1e2]')).toBe(await custom('[1,100]'));
  });

  it('depends on every value, its type and place, however deep', async () => {
    const custom = (value: string) => persons(`{"linkedinUrl":"${LINKEDIN}","custom":{"a":${value}}}`);
    const values = ['1', '"1"', 'null', '[1]', '[]', '{}', '{"b":{"c":1}}', '{"b":{"c":2}}', '[1,2]', '[2,1]', 'true'];
    const prints = [];
    for (const value of values) prints.push(await custom(value));
    expect(new Set(prints).size).toBe(values.length);
  });

  it('depends on the path, the query and where a value stands', async () => {
    const prints = [
      await single(SINGLE),
      await single(SINGLE.replace('emails', 'phones')),
      await single(`${BASE}/${PERSON}`, { body: { field: 'emails' } }),
      await single(SINGLE, { body: { field: 'emails' } }),
      await single(`${BASE}/${OTHER}?field=emails`),
    ];
    expect(new Set(prints).size).toBe(prints.length);
  });

  it('is the same for requests that mean the same: no body or an empty one, ids in either case, blanks around texts', async () => {
    const upper = PERSON.toUpperCase();
    expect(upper).not.toBe(PERSON);
    expect(await single(SINGLE, { body: {} })).toBe(await single(SINGLE));
    expect(await single(`${BASE}/${upper}?field=emails`)).toBe(await single(SINGLE));
    const ids = (id: string) => batch(`{"personIds":["${id}"],"field":"emails"}`);
    expect(await ids(upper)).toBe(await ids(PERSON));
    const named = (rest: string) => persons(`{"linkedinUrl":"${LINKEDIN}",${rest}}`);
    expect(await named(`"id":"${upper}","firstName":" Zoe\u0308 "`)).toBe(
      await named(`"id":"${PERSON}","firstName":"Zo\u00eb"`),
    );
  });

  it('differs where a text comes back as it was sent', async () => {
    const custom = (value: string) => persons(`{"linkedinUrl":"${LINKEDIN}","custom":{"id":"${value}"}}`);
    expect(await custom(PERSON.toUpperCase())).not.toBe(await custom(PERSON));
    expect(await custom(' a')).not.toBe(await custom('a'));
  });

  it('does not depend on the request id or the credential’s form', async () => {
    expect(await single(SINGLE, { headers: { 'x-request-id': 'a' } })).toBe(await single(SINGLE));
  });

  it('a body too deep to read is 400, not a broken stack', async () => {
    const body = `{"custom":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
    const { status, body: refused } = await call('POST', '/api/v1/persons', withKey('k', { body }));
    expect([status, refused.error.reason]).toEqual([400, 'too_deep']);
  });
});

describe('X-07 on batch/query, which changes nothing', () => {
  const query = (key: string) => call('POST', `${BATCH}/query`, withKey(key, { body: { tasks: [] } }));

  it('the key is checked and not kept', async () => {
    expect((await query('')).status).toBe(400);
    const { status, headers } = await query('k');
    expect([status, headers['idempotency-replayed']]).toEqual([200, undefined]);
  });
});
