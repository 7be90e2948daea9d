import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { ORG, startApp, type World } from './app.js';
import { callerOf, type Call } from './call.js';
import { ENRICHMENT, foundView, pendingView, PERSON } from './views.js';

const EMAILS = `/api/v1/operations/enrichment/${PERSON}?field=emails`;
const POSITION = { partition: 3, offset: 42n };

let app: NestFastifyApplication;
let world: World;
let call: Call;
beforeAll(async () => {
  ({ app, world } = await startApp());
  call = callerOf(app);
});
beforeEach(() => world.reset());
afterAll(() => app.close());

describe('GET /api/v1/operations/enrichment/{personId}', () => {
  it('OP-03 answers 200 with the newest enrichment of that person and field', async () => {
    world.newest = () => pendingView(world.clock.now());
    const { status, body } = await call('GET', EMAILS);
    expect([status, body.id, body.status]).toEqual([200, ENRICHMENT, 'pending']);
    expect(world.queries).toEqual([`newest ${JSON.stringify([ORG, PERSON, 'emails'])}`]);
  });

  it('OP-03 answers 404 when there is none', async () => {
    const { status, body } = await call('GET', EMAILS);
    expect(status).toBe(404);
    expect(body.error).toMatchObject({
      code: 'NOT_FOUND',
      reason: 'unknown_enrichment',
      message: 'Enrichment not found',
    });
  });

  it.each([
    [0, '1'],
    [4_999, '1'],
    [5_000, '2'],
    [30_000, '7'],
    [600_000, '10'],
  ])('X-10 a pending one of %i ms asks to wait %s s', async (ageMs, seconds) => {
    world.newest = () => pendingView(world.clock.now() - ageMs);
    expect((await call('GET', EMAILS)).headers['retry-after']).toBe(seconds);
  });

  it('X-10 an ended one has a tag, and 304 without a body when the client knows it', async () => {
    world.newest = () => foundView(1_795_000_000_000);
    const first = await call('GET', EMAILS);
    const etag = first.headers['etag'] ?? '';
    expect(first.headers['cache-control']).toBe('private, no-cache');
    expect(etag).toMatch(/^"[\w-]+"$/);
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const again = await call('GET', EMAILS, { headers: { 'if-none-match': known } });
      expect([again.status, again.text, again.headers['etag']]).toEqual([304, '', etag]);
      expect(again.headers['content-type']).toBeUndefined();
    }
    expect((await call('GET', EMAILS, { headers: { 'if-none-match': '"other"' } })).status).toBe(200);
  });

  it('X-10 the tag changes with the enrichment', async () => {
    world.newest = () => foundView(1_795_000_000_000);
    const first = await call('GET', EMAILS);
    world.newest = () => foundView(1_795_000_000_001);
    expect((await call('GET', EMAILS)).headers['etag']).not.toBe(first.headers['etag']);
  });

  it('X-10 a pending one never answers 304', async () => {
    world.newest = () => pendingView(world.clock.now());
    expect((await call('GET', EMAILS, { headers: { 'if-none-match': '*' } })).status).toBe(200);
  });

  it('OP-09 ends an overdue one and answers with that', async () => {
    const error = 'Enrichment exceeded the maximum processing time';
    const ended = pendingView(world.clock.now() - 800_000, { status: 'timeout', error });
    world.newest = () => pendingView(world.clock.now() - 800_000);
    world.execute = () => ({ result: { enrichment: ended }, replayed: false, position: POSITION });
    const { status, body, headers } = await call('GET', EMAILS);
    expect(world.commands).toMatchObject([
      { type: 'ExpireEnrichment', orgId: ORG, data: { enrichmentId: ENRICHMENT } },
    ]);
    expect([status, body.status, body.error, body.dataFound]).toEqual([200, 'timeout', error, null]);
    expect(headers['x-tributary-position']).toBe('3:42');
  });

  it('OP-09 leaves one alone that is not overdue, however old it gets before', async () => {
    world.newest = () => pendingView(world.clock.now() - 799_999);
    expect((await call('GET', EMAILS)).body.status).toBe('pending');
    expect(world.commands).toEqual([]);
  });

  it.each(['finished', 'failed', 'timeout', 'cancelled'] as const)('OP-09 leaves a %s one alone', async (status) => {
    world.newest = () => pendingView(0, { status });
    expect((await call('GET', EMAILS)).body.status).toBe(status);
    expect(world.commands).toEqual([]);
  });

  it('X-06 HEAD works where GET does, without a body', async () => {
    world.newest = () => foundView(1_795_000_000_000);
    const get = await call('GET', EMAILS);
    const head = await call('HEAD', EMAILS);
    expect([head.status, head.text, head.headers['etag']]).toEqual([200, '', get.headers['etag']]);
    expect(head.headers['content-length']).toBe(get.headers['content-length']);
  });
});
