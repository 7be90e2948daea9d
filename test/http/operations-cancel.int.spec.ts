import { randomUUID } from 'node:crypto';
import type { EnrichmentId } from '../../src/domain/kernel/ids.js';
import { instantOf } from '../../src/domain/kernel/instant.js';
import { startService, type Tenant, type TestService } from '../support/service.js';
import { balanceOf, enriched, enrichmentPath, personWith } from './int.js';

jest.setTimeout(60_000);
let host: TestService;
let service: Tenant;
beforeAll(async () => {
  host = await startService();
});
beforeEach(async () => {
  service = await host.newTenant(10_000);
});
afterAll(() => host.stop());

const path = (personId: string, what: string, field = 'emails') =>
  `/api/v1/operations/enrichment/${personId}/${what}?field=${field}`;
const cancel = (personId: string, field = 'emails') => service.call('POST', path(personId, 'cancel', field));
const attempts = (personId: string, field = 'emails') => service.call('GET', path(personId, 'attempts', field));
const balance = () => balanceOf(service);

/** A hit for the first step, as a provider that has not heard of the cancellation sends it. */
const answerLate = (enrichmentId: EnrichmentId) =>
  service.running.gateway.execute(
    'RecordProviderResponse',
    service.orgId,
    {
      enrichmentId,
      attempt: 1,
      step: 1,
      provider: 'sandbox-fast',
      outcome: 'hit',
      reason: null,
      vendorPrice: null,
      latencyMs: 5,
      startedAt: instantOf(Date.now()),
      verification: 'deliverable',
      valuesFound: 1,
      keyId: null,
      sealed: null,
      cacheId: null,
      cache: null,
    },
    { correlationId: 'late' },
  );

describe('POST /api/v1/operations/enrichment/{personId}/cancel, the whole service behind it', () => {
  it('OP-21 answers 200 with the object, cancelled at once, and releases everything', async () => {
    const before = await balance();
    const personId = await personWith(service, 'slow-20');
    const { body: asked } = await service.call('POST', enrichmentPath(personId));
    const { status, headers, body } = await cancel(personId);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      id: asked.id,
      status: 'cancelled',
      error: 'Enrichment was cancelled',
      dataFound: null,
      creditTransactionId: null,
      receipt: { reserved: 3, captured: 0, released: 3 },
    });
    expect(headers.get('x-tributary-position')).toMatch(/^\d+:\d+$/);
    expect((await service.call('GET', enrichmentPath(personId))).body).toEqual(body);
    expect(await balance()).toEqual(before);
  });

  it('OP-21 an answer that comes later is late, and never charges', async () => {
    const before = await balance();
    const personId = await personWith(service, 'slow-20');
    const { body: asked } = await service.call('POST', enrichmentPath(personId));
    const { body } = await cancel(personId);
    await answerLate(asked.id);
    const { body: trace } = await attempts(personId);
    expect(trace).toMatchObject([{ step: 1, outcome: 'hit', late: true, price: 0 }]);
    expect((await service.call('GET', enrichmentPath(personId))).body).toEqual(body);
    expect(await balance()).toEqual(before);
    expect((await service.call('GET', `/api/v1/persons/${personId}`)).body.emails).toEqual([]);
  });

  it('OP-21 a slow lookup that is cancelled charges nothing when its time has come', async () => {
    const before = await balance();
    const [cancelled, other] = [await personWith(service, 'slow-1'), await personWith(service, 'slow-1')];
    await service.call('POST', enrichmentPath(cancelled));
    const { body } = await cancel(cancelled);
    // Asked later and just as slow: when it has ended, the cancelled one would have ended too.
    expect((await enriched(service, other)).body.receipt.captured).toBe(1);
    expect((await service.call('GET', enrichmentPath(cancelled))).body).toEqual(body);
    expect((await balance()).balance).toBe(before.balance - 1);
  });

  it('OP-04 after a cancellation there is a new one', async () => {
    const personId = await personWith(service, 'slow-20');
    const { body: first } = await service.call('POST', enrichmentPath(personId));
    await cancel(personId);
    const { body: second } = await service.call('POST', enrichmentPath(personId));
    expect([second.status, second.id === first.id]).toEqual(['pending', false]);
  });

  it('OP-21 what is not pending is 409 CONFLICT with the object in the details', async () => {
    const personId = await personWith(service, 'found');
    const { body: finished } = await enriched(service, personId);
    const { status, body } = await cancel(personId);
    expect([status, body.error.code, body.error.reason]).toEqual([409, 'CONFLICT', 'not_pending']);
    expect(body.error.details).toEqual({ enrichment: finished });
  });

  it('OP-21 404 when there is none: unknown person, another field, another org', async () => {
    const personId = await personWith(service, 'slow-20');
    await service.call('POST', enrichmentPath(personId));
    const key = await service.keyFor(await service.newOrg(`cancel-${randomUUID()}`));
    const answers = [
      await cancel(randomUUID()),
      await cancel(personId, 'phones'),
      await service.call('POST', path(personId, 'cancel'), { key }),
    ];
    for (const { status, body } of answers) expect([status, body.error.code]).toEqual([404, 'NOT_FOUND']);
    expect((await service.call('GET', enrichmentPath(personId))).body.status).toBe('pending');
  });

  it('OP-21 of many cancellations at once one cancels, the others find it ended', async () => {
    const before = await balance();
    const personId = await personWith(service, 'slow-20');
    await service.call('POST', enrichmentPath(personId));
    const answers = await Promise.all(Array.from({ length: 10 }, () => cancel(personId)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(9);
    expect(await balance()).toEqual(before);
  });
});

describe('GET /api/v1/operations/enrichment/{personId}/attempts, the whole service behind it', () => {
  it('OP-22, WF-08 names every answer in order, without values', async () => {
    const personId = await personWith(service, 'found-2');
    const { body: enrichment } = await enriched(service, personId);
    const { status, body } = await attempts(personId);
    expect(status).toBe(200);
    const line = {
      waterfallVersion: expect.any(Number),
      startedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      latencyMs: expect.any(Number),
      late: false,
    };
    expect(body).toEqual([
      {
        ...line,
        step: 1,
        provider: 'sandbox-fast',
        outcome: 'miss',
        reason: 'not_found',
        price: 0,
        verification: null,
        valuesFound: 0,
      },
      {
        ...line,
        step: 2,
        provider: 'sandbox-deep',
        outcome: 'hit',
        reason: null,
        price: 2,
        verification: 'deliverable',
        valuesFound: 1,
      },
    ]);
    const priced = ({ step, provider, outcome, price }: Record<string, unknown>) => ({
      step,
      provider,
      outcome,
      price,
    });
    expect(body.map(priced)).toEqual(enrichment.receipt.lines.map(priced));
  });

  it('OP-22 is empty while nobody has answered, and 404 when there is no enrichment', async () => {
    const personId = await personWith(service, 'slow-20');
    expect((await attempts(personId)).status).toBe(404);
    await service.call('POST', enrichmentPath(personId));
    expect(await attempts(personId)).toMatchObject({ status: 200, body: [] });
    const key = await service.keyFor(await service.newOrg(`attempts-${randomUUID()}`));
    expect((await service.call('GET', path(personId, 'attempts'), { key })).status).toBe(404);
  });
});
