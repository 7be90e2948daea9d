import { randomUUID } from 'node:crypto';
import { startService, type TestService } from '../support/service.js';
import { balanceOf, enriched, enrichmentPath, personWith, untilEnded } from './int.js';

jest.setTimeout(60_000);
const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const TIMED_OUT = 'Enrichment exceeded the maximum processing time';

let service: TestService;
beforeAll(async () => {
  service = await startService({ credits: 10_000 });
});
afterAll(() => service.stop());

const post = (personId: string, field = 'emails') => service.call('POST', enrichmentPath(personId, field));
const get = (personId: string, field = 'emails') => service.call('GET', enrichmentPath(personId, field));

describe('operations over HTTP, the whole service behind it', () => {
  it('OP-01, OP-02 POST answers 200 and a pending object with all fields', async () => {
    const personId = await personWith(service, 'slow-5');
    const { status, body } = await post(personId);
    expect(status).toBe(200);
    expect(body).toEqual({
      id: expect.stringMatching(UUID),
      createdAt: expect.stringMatching(ISO),
      updatedAt: expect.stringMatching(ISO),
      entityId: personId,
      entityType: 'person',
      field: 'emails',
      status: 'pending',
      error: null,
      dataFound: null,
      createdBy: expect.stringMatching(/^key:/),
      orgId: service.orgId,
      globalEnrichmentId: null,
      creditTransactionId: null,
      creditReservationId: expect.stringMatching(UUID),
      receipt: null,
    });
  });

  it('OP-03, X-11 GET right after POST finds it, never 404', async () => {
    for (let i = 0; i < 20; i++) {
      const personId = await personWith(service, 'slow-5');
      const { body } = await post(personId);
      const found = await get(personId);
      expect([found.status, found.body.id]).toEqual([200, body.id]);
    }
  });

  it('OP-03 GET answers 404 for a known person without one, an unknown person, and another field', async () => {
    const personId = await personWith(service, 'found');
    await post(personId, 'emails');
    for (const [id, field] of [
      [await personWith(service, 'found'), 'emails'],
      [randomUUID(), 'emails'],
      [personId, 'phones'],
    ]) {
      const { status, body } = await get(id as string, field as string);
      expect([status, body.error.code]).toEqual([404, 'NOT_FOUND']);
    }
  });

  it('CR-02, CR-03, CR-04, CR-08 found: captured is the winner’s price, the rest released, with a receipt', async () => {
    const tenant = await service.newTenant(10);
    const personId = await personWith(tenant, 'found-2');
    const accepted = await tenant.call('POST', enrichmentPath(personId));
    expect(accepted.headers.get('x-credits-reserved')).toBe('3');
    const { body, headers } = await untilEnded(tenant, enrichmentPath(personId));
    expect(body).toMatchObject({ status: 'finished', dataFound: true, error: null });
    expect(body.creditTransactionId).toMatch(UUID);
    expect(body.receipt).toMatchObject({ reserved: 3, captured: 2, released: 1, fromCache: false });
    expect(
      body.receipt.lines.map(({ outcome, price }: { outcome: string; price: number }) => [outcome, price]),
    ).toEqual([
      ['miss', 0],
      ['hit', 2],
    ]);
    expect(headers.get('etag')).not.toBeNull();
    expect(await balanceOf(tenant)).toMatchObject({ balance: 8, reserved: 0, available: 8 });
  });

  it.each([
    ['notfound', 'finished', false, null],
    ['error', 'failed', null, 'No provider could answer'],
  ] as const)('CR-04 %s ends %s and costs nothing', async (word, status, dataFound, error) => {
    const tenant = await service.newTenant(10);
    const { body } = await enriched(tenant, await personWith(tenant, word));
    expect(body).toMatchObject({ status, dataFound, error, creditTransactionId: null, receipt: { captured: 0 } });
    expect(await balanceOf(tenant)).toMatchObject({ balance: 10, reserved: 0, available: 10 });
  });

  it('OP-04 a finished one is reused unchanged, also without data, and nothing is reserved', async () => {
    for (const word of ['found', 'notfound']) {
      const personId = await personWith(service, word);
      const { body } = await enriched(service, personId);
      const again = await post(personId);
      expect(again.body).toEqual(body);
      expect(again.headers.get('x-credits-reserved')).toBe('0');
    }
  });

  it('OP-04 after a failure there is a new one', async () => {
    const personId = await personWith(service, 'error');
    const { body } = await enriched(service, personId);
    const again = await post(personId);
    expect([again.body.status, again.body.id === body.id]).toEqual(['pending', false]);
    expect((await get(personId)).body.id).toBe(again.body.id);
  });

  it('OP-06 an unknown person is 400 unknown_person on POST; another org’s is the same answer', async () => {
    const foreign = await service.newOrg(`other-${randomUUID()}`, 10);
    const key = await service.keyFor(foreign);
    const personId = await personWith(service, 'found');
    const unknown = await service.call('POST', enrichmentPath(randomUUID()));
    const others = await service.call('POST', enrichmentPath(personId), { key });
    for (const { status, body } of [unknown, others]) {
      expect([status, body.error.code, body.error.reason]).toEqual([400, 'VALIDATION_ERROR', 'unknown_person']);
    }
    expect((await service.call('GET', enrichmentPath(personId), { key })).status).toBe(404);
  });

  it('OP-08 402 creates nothing and says what is missing', async () => {
    const poor = await service.newTenant(2);
    const personId = await personWith(poor, 'found');
    const { status, body } = await poor.call('POST', enrichmentPath(personId));
    expect([status, body.error.code]).toEqual([402, 'INSUFFICIENT_CREDITS']);
    expect(body.error.details).toEqual({ required: 3, available: 2, shortfall: 1 });
    expect((await poor.call('GET', enrichmentPath(personId))).status).toBe(404);
    expect(await balanceOf(poor)).toMatchObject({ balance: 2, reserved: 0, available: 2 });
  });

  it('OP-10 many POSTs at once make one enrichment, one reservation', async () => {
    const personId = await personWith(service, 'slow-5');
    const answers = await Promise.all(Array.from({ length: 20 }, () => post(personId)));
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    const reserved = answers.map(({ headers }) => Number(headers.get('x-credits-reserved')));
    expect(reserved.filter((amount) => amount > 0)).toEqual([3]);
  });

  it('X-10 an ended one answers 304 to its tag', async () => {
    const personId = await personWith(service, 'found');
    const { headers } = await enriched(service, personId);
    const options = { headers: { 'if-none-match': headers.get('etag') ?? '' } };
    const again = await service.call('GET', enrichmentPath(personId), options);
    expect([again.status, again.body]).toEqual([304, '']);
  });

  it('X-11 a POST answers a position, and a GET that sends it back sees it', async () => {
    const personId = await personWith(service, 'slow-5');
    const { headers } = await post(personId);
    const position = headers.get('x-tributary-position') ?? '';
    expect(position).toMatch(/^\d+:\d+$/);
    const found = await service.call('GET', enrichmentPath(personId), {
      headers: { 'x-tributary-position': position },
    });
    expect(found.status).toBe(200);
  });

  it('X-11 a position of a partition that does not exist is 400', async () => {
    const personId = await personWith(service, 'found');
    const headers = { 'x-tributary-position': '999:0' };
    const { status, body } = await service.call('GET', enrichmentPath(personId), { headers });
    expect([status, (body as { error: { reason: string } }).error.reason]).toEqual([400, 'invalid_position']);
  });

  it('X-11 a position that the log has not reached is 503 after 1 s', async () => {
    const personId = await personWith(service, 'found');
    const headers = { 'x-tributary-position': '0:999999999' };
    const { status, headers: answered } = await service.call('GET', enrichmentPath(personId), { headers });
    expect([status, answered.get('retry-after')]).toEqual([503, '1']);
  });

  it('CR-09 the balance counts what is reserved', async () => {
    const tenant = await service.newTenant(100);
    await tenant.call('POST', enrichmentPath(await personWith(tenant, 'slow-20'), 'phones'));
    const counted = { organizationId: tenant.orgId, balance: 100, reserved: 30, available: 70, unit: 'credit' };
    expect(await balanceOf(tenant)).toMatchObject(counted);
  });
});

describe('OP-09 the maximum age', () => {
  let impatient: TestService;
  beforeAll(async () => {
    impatient = await startService({ env: { ENRICHMENT_MAX_AGE_SECONDS: '1' } });
  });
  afterAll(() => impatient.stop());

  it('GET finds an overdue one timed out, with everything released; POST then makes a new one', async () => {
    const personId = await personWith(impatient, 'timeout');
    const { body } = await enriched(impatient, personId);
    expect(body).toMatchObject({ status: 'timeout', error: TIMED_OUT, dataFound: null, creditTransactionId: null });
    expect(body.receipt).toMatchObject({ reserved: 3, captured: 0, released: 3 });
    const again = await impatient.call('POST', enrichmentPath(personId));
    expect([again.body.status, again.body.id === body.id]).toEqual(['pending', false]);
  });
});
