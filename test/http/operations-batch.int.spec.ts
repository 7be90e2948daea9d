import { randomUUID } from 'node:crypto';
import { startService, type Tenant, type TestService } from '../support/service.js';
import { balanceOf, enriched, enrichmentPath, personWith, untilEnded } from './int.js';

jest.setTimeout(60_000);
const BATCH = '/api/v1/operations/enrichment/batch';
let service: TestService;
beforeAll(async () => {
  service = await startService({ credits: 10_000 });
});
afterAll(() => service.stop());

const batch = (personIds: readonly string[], caller: Tenant = service) =>
  caller.call('POST', BATCH, { body: { personIds, field: 'emails' } });

/** An org of its own with so many credits, and people in it. */
const tenantWith = async (credits: number, words: readonly string[]) => {
  const tenant = await service.newTenant(credits);
  const ids: string[] = [];
  for (const word of words) ids.push(await personWith(tenant, word));
  return { tenant, ids };
};

describe('POST /api/v1/operations/enrichment/batch, the whole service behind it', () => {
  it('OP-11 one object per distinct id in order of first appearance, reused and new mixed', async () => {
    const [finished, pending, fresh] = await Promise.all(
      ['found', 'slow-20', 'slow-20'].map((word) => personWith(service, word)),
    );
    const { body: reused } = await enriched(service, finished!);
    const { body: open } = await service.call('POST', enrichmentPath(pending!));
    const { status, headers, body } = await batch([fresh!, finished!, fresh!.toUpperCase(), pending!, finished!]);
    expect(status).toBe(200);
    expect(body).toEqual([expect.objectContaining({ entityId: fresh, status: 'pending' }), reused, open]);
    expect(headers.get('x-credits-reserved')).toBe('3');
    expect(headers.get('retry-after')).toBe('1');
    for (const id of [fresh!, finished!, pending!]) {
      expect((await service.call('GET', enrichmentPath(id))).status).toBe(200);
    }
  });

  it('OP-14, CR-03 is charged per successful one', async () => {
    const { tenant, ids } = await tenantWith(100, ['found', 'notfound', 'found-2', 'error']);
    expect((await batch(ids, tenant)).headers.get('x-credits-reserved')).toBe('12');
    for (const id of ids) await untilEnded(tenant, enrichmentPath(id));
    expect(await balanceOf(tenant)).toMatchObject({ balance: 97, reserved: 0, available: 97 });
  });

  it('OP-12 402 with numbers creates nothing at all', async () => {
    const { tenant, ids } = await tenantWith(5, ['found', 'found']);
    const { status, body } = await batch(ids, tenant);
    expect([status, body.error.code]).toEqual([402, 'INSUFFICIENT_CREDITS']);
    expect(body.error.details).toEqual({ required: 6, available: 5, shortfall: 1 });
    for (const id of ids) expect((await tenant.call('GET', enrichmentPath(id))).status).toBe(404);
    expect(await balanceOf(tenant)).toMatchObject({ balance: 5, reserved: 0, available: 5 });
  });

  it('OP-12 credits are needed for the new ones only; all reused works at balance 0', async () => {
    const { tenant, ids } = await tenantWith(6, ['slow-20', 'slow-20']);
    const [first] = ids;
    await tenant.call('POST', enrichmentPath(first!));
    expect((await batch(ids, tenant)).status).toBe(200);
    expect(await balanceOf(tenant)).toMatchObject({ available: 0 });
    const again = await batch([...ids].reverse(), tenant);
    expect([again.status, again.headers.get('x-credits-reserved')]).toEqual([200, '0']);
    expect(again.body.map(({ entityId }: { entityId: string }) => entityId)).toEqual([...ids].reverse());
  });

  it('OP-12 unknown ids, also another org’s, are all named and nothing is created', async () => {
    const { tenant, ids } = await tenantWith(100, ['found']);
    const unknown = [randomUUID(), await personWith(service, 'found')];
    const { status, body } = await batch([unknown[0]!, ids[0]!, unknown[1]!], tenant);
    expect([status, body.error.reason]).toEqual([400, 'unknown_person']);
    expect(body.error.details).toEqual([
      { path: 'personIds.0', message: `${unknown[0]} is not a known person` },
      { path: 'personIds.2', message: `${unknown[1]} is not a known person` },
    ]);
    expect((await tenant.call('GET', enrichmentPath(ids[0]!))).status).toBe(404);
  });

  it('OP-10, OP-12 two batches at once over the same people make one enrichment each', async () => {
    const { tenant, ids } = await tenantWith(100, ['slow-20', 'slow-20', 'slow-20']);
    const answers = await Promise.all([batch(ids, tenant), batch(ids, tenant), batch([...ids].reverse(), tenant)]);
    const seen = answers.flatMap(({ body }) => body.map(({ id }: { id: string }) => id));
    expect(new Set(seen).size).toBe(3);
    expect(await balanceOf(tenant)).toMatchObject({ reserved: 9 });
  });

  it('OP-12 of two batches that together exceed the balance exactly one wins', async () => {
    const { tenant, ids } = await tenantWith(6, ['slow-20', 'slow-20', 'slow-20', 'slow-20']);
    const answers = await Promise.all([batch(ids.slice(0, 2), tenant), batch(ids.slice(2), tenant)]);
    expect(answers.map(({ status }) => status).sort((left, right) => left - right)).toEqual([200, 402]);
    expect(await balanceOf(tenant)).toMatchObject({ reserved: 6, available: 0 });
  });

  it('OP-13 a caller without credentials gets 401 with code VALIDATION_ERROR', async () => {
    const { status, body } = await service.call('POST', BATCH, { key: null, body: {} });
    expect([status, body.error.code, body.error.reason]).toEqual([401, 'VALIDATION_ERROR', 'unauthenticated']);
  });
});
