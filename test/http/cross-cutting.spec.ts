import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { startApp, type World } from './app.js';
import { callerOf, type Call } from './call.js';
import { foundView, PERSON } from './views.js';

const EMAILS = `/api/v1/operations/enrichment/${PERSON}?field=emails`;
const MIB = 1024 * 1024;
const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
let app: NestFastifyApplication;
let world: World;
let call: Call;
beforeAll(async () => {
  ({ app, world } = await startApp());
  call = callerOf(app);
});
beforeEach(() => world.reset());
afterAll(() => app.close());

describe('X-01 the first failing check answers', () => {
  const nobody = { 'x-api-key': 'none' };
  const hugeText = { 'content-type': 'text/plain' };

  it('route and method before authentication', async () => {
    expect((await call('POST', '/api/v1/nowhere', { headers: nobody })).status).toBe(404);
    expect((await call('DELETE', '/api/v1/persons', { headers: nobody })).status).toBe(405);
  });

  it('authentication before scope, and both before body size, content type and JSON', async () => {
    world.scopes = new Set();
    for (const body of ['{', 'x'.repeat(MIB + 1)]) {
      expect((await call('POST', EMAILS, { headers: { ...nobody, ...hugeText }, body })).status).toBe(401);
      expect((await call('POST', EMAILS, { headers: hugeText, body })).status).toBe(403);
    }
  });

  it.each(['nonsense', '', ';'])('authentication before the unreadable content type "%s"', async (type) => {
    const headers = { ...nobody, 'content-type': type };
    expect((await call('POST', EMAILS, { headers, body: '{}' })).status).toBe(401);
  });

  it('body size before content type before JSON before shape', async () => {
    expect((await call('POST', '/api/v1/persons', { headers: hugeText, body: 'x'.repeat(MIB + 1) })).status).toBe(413);
    expect((await call('POST', '/api/v1/persons', { headers: hugeText, body: '{' })).status).toBe(415);
    const malformed = await call('POST', '/api/v1/persons', { body: '{"nope":' });
    expect([malformed.status, malformed.body.error.reason]).toEqual([400, 'malformed_json']);
    expect((await call('POST', '/api/v1/persons', { body: { nope: 1 } })).body.error.reason).toBe('unknown_property');
  });
});

describe('X-02 every route but health and metrics needs a credential and a scope', () => {
  it.each([
    ['POST', EMAILS, 'enrich'],
    ['GET', EMAILS, 'read'],
    ['POST', '/api/v1/operations/enrichment', 'enrich'],
    ['GET', '/api/v1/operations/enrichment', 'read'],
    ['POST', '/api/v1/persons', 'persons'],
    ['GET', '/api/v1/persons', 'read'],
    ['GET', `/api/v1/persons/${PERSON}`, 'read'],
    ['GET', '/api/v1/operations/credits/balance', 'credits'],
  ] as const)('%s %s needs %s', async (method, url, scope) => {
    expect((await call(method, url, { headers: { 'x-api-key': '' } })).status).toBe(401);
    const others = [...world.scopes].filter((other) => other !== scope);
    world.scopes = new Set(others);
    expect((await call(method, url)).status).toBe(403);
    world.scopes = new Set([scope]);
    expect((await call(method, url)).status).not.toBe(403);
  });
});

describe('X-04 request id', () => {
  it('takes the caller’s and repeats it in errors', async () => {
    const id = 'a'.repeat(127) + '~';
    const { headers, body } = await call('GET', EMAILS, { headers: { 'x-request-id': id } });
    expect([headers['x-request-id'], body.error.requestId]).toEqual([id, id]);
  });

  it.each(['', 'a'.repeat(129), 'caf\u00e9'])('replaces "%s" by a UUID v7', async (id) => {
    const { headers } = await call('GET', '/health/live', { headers: { 'x-request-id': id } });
    expect(headers['x-request-id']).toMatch(UUID_V7);
  });

  it('puts the time first', async () => {
    const { headers } = await call('GET', '/health/live');
    const millis = parseInt(headers['x-request-id']!.replace('-', '').slice(0, 12), 16);
    expect(millis).toBe(world.clock.now());
  });

  it.each(['/nowhere', '/%zz', '/api/v1/persons', '/health/ready', '/metrics'])(
    'is on the answer of %s',
    async (url) => {
      expect((await call('GET', url)).headers['x-request-id']).toMatch(UUID_V7);
    },
  );
});

describe('X-05 errors', () => {
  it('unknown routes answer natively', async () => {
    for (const url of ['/', '/api', '/api/v1/nowhere', '/api/v1/operations/nowhere', '/API/v1/persons']) {
      const { status, body } = await call('GET', url);
      const error = {
        code: 'NOT_FOUND',
        reason: 'unknown_route',
        message: 'No such route',
        requestId: expect.any(String),
      };
      expect([status, body]).toEqual([404, { error }]);
    }
  });

  it.each([`/api/v1/persons/${PERSON}/`, '/api/v1/persons/', `/api/v1/operations/enrichment/${PERSON}/?field=emails`])(
    'X-06 a trailing slash is another route: %s',
    async (url) => expect((await call('GET', url)).status).toBe(404),
  );

  it.each([
    ['PUT', EMAILS, 'GET, HEAD, POST'],
    ['OPTIONS', EMAILS, 'GET, HEAD, POST'],
    ['DELETE', `/api/v1/persons/${PERSON}`, 'GET, HEAD, PATCH'],
    ['PATCH', '/api/v1/persons', 'GET, HEAD, POST'],
    ['POST', '/api/v1/operations/credits/balance', 'GET, HEAD'],
    ['POST', '/health/live', 'GET, HEAD'],
    ['GET', '/api/v1/operations/enrichment/batch?field=emails', 'POST'],
    ['GET', '/api/v1/operations/enrichment/bulk', 'POST'],
    ['PATCH', '/api/v1/persons/import', 'POST'],
  ])('%s %s is 405 and allows %s', async (method, url, allow) => {
    const { status, headers, body } = await call(method, url);
    expect([status, headers['allow'], body.error.code]).toEqual([405, allow, 'METHOD_NOT_ALLOWED']);
  });

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/jsonx',
    'application/json; charset=latin1',
    'multipart/form-data; boundary=x',
    'nonsense',
    '',
  ])('a body of type "%s" is 415', async (type) => {
    const { status, body } = await call('POST', '/api/v1/persons', { headers: { 'content-type': type }, body: '{}' });
    expect([status, body.error.code]).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE']);
  });

  it.each(['application/json', 'application/json; charset=utf-8', 'Application/JSON;charset="UTF-8"'])(
    'a body of type %s is read',
    async (type) => {
      const { status, body } = await call('POST', '/api/v1/persons', { headers: { 'content-type': type }, body: '{}' });
      expect([status, body.error.reason]).toEqual([400, 'identity_required']);
    },
  );

  it('a compressed body is 415', async () => {
    const { status } = await call('POST', '/api/v1/persons', { headers: { 'content-encoding': 'gzip' }, body: '{}' });
    expect(status).toBe(415);
  });

  it('a body of 1 MiB is read, one byte more is 413', async () => {
    const padded = (bytes: number) => `{"a":"${'x'.repeat(bytes - 8)}"}`;
    expect((await call('POST', '/api/v1/persons', { body: padded(MIB) })).status).toBe(400);
    const { status, body } = await call('POST', '/api/v1/persons', { body: padded(MIB + 1) });
    expect([status, body.error.code, body.error.details]).toEqual([413, 'PAYLOAD_TOO_LARGE', { limitBytes: MIB }]);
  });

  it.each(['{', '{"a":1,}', "{'a':1}", '{"a":NaN}', '\ufeff{}', '{} {}', Buffer.from('{"title":"\xff"}', 'latin1')])(
    'malformed JSON is 400: %s',
    async (body) => {
      const answer = await call('POST', '/api/v1/persons', { body });
      expect([answer.status, answer.body.error.code, answer.body.error.reason]).toEqual([
        400,
        'VALIDATION_ERROR',
        'malformed_json',
      ]);
    },
  );

  it('what we did not expect is 500 and tells nothing', async () => {
    world.newest = () => {
      throw new Error('secret thing');
    };
    const { status, body, text } = await call('GET', EMAILS);
    expect([status, body.error]).toMatchObject([500, { code: 'INTERNAL_ERROR', message: 'Internal error' }]);
    expect(text).not.toContain('secret');
  });

  it('an answer is kept by nobody on the way', async () => {
    world.newest = () => foundView(0);
    expect((await call('GET', '/nowhere')).headers).toMatchObject({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
    expect((await call('GET', '/api/v1/operations/credits/balance')).headers['cache-control']).toBe('no-store');
  });
});

describe('X-06 CORS', () => {
  const origin = 'https://app.example.com';

  it('is off by default', async () => {
    const { headers } = await call('GET', '/health/live', { headers: { origin } });
    expect(headers['access-control-allow-origin']).toBeUndefined();
  });

  it('answers the origins of CORS_ORIGINS only', async () => {
    const withCors = await startApp({ corsOrigins: [origin] });
    const get = callerOf(withCors.app);
    const allowed = await get('GET', '/health/live', { headers: { origin } });
    expect(allowed.headers['access-control-allow-origin']).toBe(origin);
    const other = await get('GET', '/health/live', { headers: { origin: 'https://evil.example.com' } });
    expect(other.headers['access-control-allow-origin']).not.toBe('https://evil.example.com');
    const preflight = await get('OPTIONS', EMAILS, { headers: { origin, 'access-control-request-method': 'POST' } });
    expect(preflight.status).toBe(204);
    await withCors.app.close();
  });
});
