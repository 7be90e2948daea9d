import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Refused } from '../../src/commands/outcomes.js';
import type { Refusal } from '../../src/domain/kernel/refusal.js';
import { ORG, startApp, type World } from './app.js';
import { callerOf, type Call } from './call.js';
import { ENRICHMENT, foundView, pendingView, PERSON } from './views.js';

const URL_OF_PERSON = `/api/v1/operations/enrichment/${PERSON}`;
const CANCEL = `${URL_OF_PERSON}/cancel?field=emails`;
const ATTEMPTS = `${URL_OF_PERSON}/attempts?field=emails`;
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

const refuse = (refusal: Refusal) => {
  world.execute = () => {
    throw new Refused(refusal, POSITION);
  };
};

describe('POST /api/v1/operations/enrichment/{personId}/cancel', () => {
  it('OP-21 answers 200 with the cancelled object, and asks for the default options', async () => {
    const enrichment = pendingView(world.clock.now(), { status: 'cancelled', error: 'Enrichment was cancelled' });
    world.execute = () => ({ result: { enrichment, available: 41 }, replayed: false, position: POSITION });
    const { status, headers, body } = await call('POST', CANCEL, { headers: { 'x-request-id': 'req-1' } });
    expect([status, body.id, body.status]).toEqual([200, ENRICHMENT, 'cancelled']);
    expect(headers['x-tributary-position']).toBe('3:42');
    expect(headers).toMatchObject({
      'x-credits-reserved': '0',
      'x-credits-charged': '0',
      'x-credits-available': '41',
    });
    expect(headers['etag']).toEqual(expect.any(String));
    expect(headers['retry-after']).toBeUndefined();
    const data = { personId: PERSON, field: 'emails', optionsHash: 'default' };
    expect(world.commands).toEqual([
      { type: 'CancelEnrichment', orgId: ORG, data, options: { correlationId: 'req-1' } },
    ]);
  });

  it('OP-21 takes the field from the body as well', async () => {
    world.execute = () => ({
      result: { enrichment: foundView(0), available: 97 },
      replayed: false,
      position: POSITION,
    });
    expect((await call('POST', `${URL_OF_PERSON}/cancel`, { body: { field: 'phones' } })).status).toBe(200);
    expect(world.commands[0]?.data).toMatchObject({ field: 'phones' });
  });

  it('OP-21 answers 409 with the object as GET shows it', async () => {
    const enrichment = foundView(world.clock.now());
    refuse({ code: 'CONFLICT', reason: 'not_pending', details: { enrichment } });
    world.newest = () => enrichment;
    const { status, body } = await call('POST', CANCEL);
    expect([status, body.error.code, body.error.reason]).toEqual([409, 'CONFLICT', 'not_pending']);
    expect(body.error.message).toBe('The enrichment is not pending');
    expect(body.error.details).toEqual({ enrichment: (await call('GET', `${URL_OF_PERSON}?field=emails`)).body });
  });

  it('OP-21 answers 404 when there is none', async () => {
    refuse({ code: 'NOT_FOUND', reason: 'unknown_enrichment' });
    const { status, body } = await call('POST', CANCEL);
    expect([status, body.error.code, body.error.reason]).toEqual([404, 'NOT_FOUND', 'unknown_enrichment']);
  });

  it.each([
    ['field', `${URL_OF_PERSON}/cancel`],
    ['field', `${URL_OF_PERSON}/cancel?field=email`],
    ['personId', '/api/v1/operations/enrichment/x/cancel?field=emails'],
  ])('OP-21 refuses a missing or malformed %s: %s', async (property, url) => {
    const { status, body } = await call('POST', url);
    expect([status, body.error.details[0].path]).toEqual([400, property]);
    expect(world.commands).toEqual([]);
  });
});

describe('GET /api/v1/operations/enrichment/{personId}/attempts', () => {
  const attempt = {
    attempt: 1,
    step: 1,
    provider: 'sandbox-fast',
    waterfallVersion: 4,
    startedAt: '2026-11-21T01:02:03.004Z',
    latencyMs: 20,
    outcome: 'hit',
    reason: null,
    price: 1,
    verification: 'deliverable',
    valuesFound: 1,
    late: false,
  };

  it('OP-22, WF-08 answers the trace of the newest enrichment, without values or numbers of ours', async () => {
    world.newest = () => foundView(world.clock.now());
    world.attempts = () => [attempt];
    const { status, body } = await call('GET', ATTEMPTS);
    const { attempt: _, ...shown } = attempt;
    expect([status, body]).toEqual([200, [shown]]);
    expect(world.queries).toEqual([`newest ["${ORG}","${PERSON}","emails"]`, `attempts ["${ORG}","${ENRICHMENT}"]`]);
  });

  it('OP-22 answers 404 when there is no enrichment', async () => {
    const { status, body } = await call('GET', ATTEMPTS);
    expect([status, body.error.code]).toEqual([404, 'NOT_FOUND']);
  });

  it('OP-09 a look at the trace ends an overdue one as well', async () => {
    const overdue = pendingView(world.clock.now() - 800_000);
    world.newest = () => overdue;
    world.execute = () => ({
      result: { enrichment: { ...overdue, status: 'timeout' } },
      replayed: false,
      position: POSITION,
    });
    const { status, headers } = await call('GET', ATTEMPTS);
    expect([status, headers['x-tributary-position']]).toEqual([200, '3:42']);
    expect(world.commands).toHaveLength(1);
  });

  it('OP-22 refuses what is no person or field', async () => {
    expect((await call('GET', `${URL_OF_PERSON}/attempts`)).status).toBe(400);
    expect((await call('GET', '/api/v1/operations/enrichment/x/attempts?field=emails')).status).toBe(400);
  });
});
