import { randomUUID } from 'node:crypto';
import { startService, type TestService } from '../support/service.js';
import { enriched, enrichmentPath, personWith } from './int.js';

jest.setTimeout(60_000);
const MIB = 1024 * 1024;
let service: TestService;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.stop());

describe('what concerns every route, over real HTTP', () => {
  it('X-01, X-02 a request without credentials is 401, whatever else is wrong with it', async () => {
    const big = { key: null, body: 'x'.repeat(MIB + 1), headers: { 'content-type': 'text/plain' } };
    for (const options of [{ key: null }, { key: 'tk_live_nope' }, big]) {
      const { status, body } = await service.call('POST', enrichmentPath('x'), options);
      expect([status, body.error.code, body.error.reason]).toEqual([401, 'UNAUTHORIZED', 'unauthenticated']);
    }
  });

  it('X-02 a key without the scope is 403', async () => {
    const key = await service.keyFor(service.orgId, { scopes: ['read'] });
    expect((await service.call('POST', enrichmentPath(randomUUID()), { key })).status).toBe(403);
  });

  it('X-03 a test key sees its sandbox and nothing of the live org', async () => {
    const key = await service.keyFor(service.orgId, { mode: 'test' });
    const personId = await personWith(service, 'found');
    await enriched(service, personId);
    expect((await service.call('GET', enrichmentPath(personId), { key })).status).toBe(404);
    expect((await service.call('GET', `/api/v1/persons/${personId}`, { key })).status).toBe(404);
    const { body } = await service.call('GET', '/api/v1/operations/credits/balance', { key });
    expect(body).toMatchObject({ organizationId: `${service.orgId}~test`, balance: 10_000 });
  });

  it('X-05 a body over 1 MiB is 413, and the connection goes on', async () => {
    const body = JSON.stringify({ custom: 'x'.repeat(3 * MIB) });
    const answer = await service.call('POST', '/api/v1/persons', { body });
    expect([answer.status, answer.body.error.code]).toEqual([413, 'PAYLOAD_TOO_LARGE']);
    expect((await service.call('GET', '/health/live')).status).toBe(200);
  });

  it('X-05 wrong method, wrong type, malformed JSON, unknown route', async () => {
    const put = await service.call('PUT', '/api/v1/persons', { body: {} });
    expect([put.status, put.headers.get('allow')]).toEqual([405, 'GET, HEAD, POST']);
    const headers = { 'content-type': 'text/csv' };
    expect((await service.call('POST', '/api/v1/persons', { headers, body: 'a,b' })).status).toBe(415);
    expect((await service.call('POST', '/api/v1/persons', { body: '{' })).body.error.reason).toBe('malformed_json');
    expect((await service.call('GET', '/nowhere')).body.error.code).toBe('NOT_FOUND');
  });

  it('X-04 the caller’s request id is on the answer', async () => {
    const requestId = `req-${randomUUID()}`;
    const { headers } = await service.call('GET', '/api/v1/persons', { headers: { 'x-request-id': requestId } });
    expect(headers.get('x-request-id')).toBe(requestId);
  });

  it('X-06 HEAD answers like GET', async () => {
    const personId = await personWith(service, 'found');
    const get = await enriched(service, personId);
    const head = await service.call('HEAD', enrichmentPath(personId));
    expect([head.status, head.body, head.headers.get('etag')]).toEqual([200, '', get.headers.get('etag')]);
  });

  it('AD-01 is live and ready with all roles, and shows how long commands waited', async () => {
    expect((await service.call('GET', '/health/live', { key: null })).status).toBe(200);
    const ready = await service.call('GET', '/health/ready', { key: null });
    const roles = {
      http: { ready: true },
      decider: { ready: true },
      projections: { ready: true },
      providers: { ready: true },
    };
    expect([ready.status, ready.body]).toMatchObject([200, { status: 'ready', roles }]);
    await personWith(service, 'found');
    const { body } = await service.call('GET', '/metrics', { key: null });
    expect(body).toMatch(/tributary_command_wait_seconds_count\{type="RecordPerson",outcome="answered"\} \d+/);
  });
});
