import { randomUUID } from 'node:crypto';
import type { OrgId } from '../../src/domain/kernel/ids.js';
import { partitionOf } from '../../src/log/partition.js';
import { startService, type CallOptions, type KeyOptions, type Tenant, type TestService } from '../support/service.js';
import { balanceOf, enriched, enrichmentPath, personWith, untilEnded } from './int.js';

jest.setTimeout(60_000);
const BASE = '/api/v1/operations/enrichment';
const SETTINGS = '/api/v1/settings';

let host: TestService;
let service: Tenant;
beforeAll(async () => {
  host = await startService();
});
beforeEach(async () => {
  service = await host.newTenant(10_000);
});
afterAll(() => host.stop());

const post = (personId: string, options: CallOptions = {}) => service.call('POST', enrichmentPath(personId), options);
const keyWith = (caps: KeyOptions) => service.keyFor(service.orgId, caps);
const get = async (path: string, options: CallOptions = {}) => (await service.call('GET', path, options)).body;
const capOf = ({ status, body }: { status: number; body: any }) => [status, body.error?.code, body.error?.details];

/** An org of its own with a person that stays pending, and callers for it. */
const orgWith = async (credits: number) => {
  const org = await service.newOrg(`org-${randomUUID()}`, credits);
  const key = await service.keyFor(org);
  const person = async (word = 'slow-5') => {
    const linkedinUrl = `https://www.linkedin.com/in/tb-${word}-${randomUUID()}`;
    return (await service.call('POST', '/api/v1/persons', { key, body: { linkedinUrl } })).body.id as string;
  };
  return { org, key, person, cap: (caps: object) => service.call('PATCH', SETTINGS, { key, body: { caps } }) };
};

/** Types of all records of an org. */
const logOf = async (org: string): Promise<readonly string[]> => {
  const { log, topics } = service.running.runtime;
  const partition = partitionOf(org as OrgId, await log.partitions(topics.events));
  const { end } = await log.range(topics.events, partition);
  const types: string[] = [];
  for (let next = 0n; next < end;) {
    const { records, next: following } = await log.read(topics.events, partition, next);
    const own = records.filter(({ key }) => key === org);
    types.push(...own.map(({ value }) => (JSON.parse(value.toString()) as { type: string }).type));
    next = following;
  }
  return types;
};

/** Settings of an org that chose no threshold. */
const capsOnly = (caps: object, version: number) => ({ caps, creditThreshold: null, version });

describe('CR-07 caps, the whole service behind them', () => {
  it('CR-07 maxCredits: 402 with the figures, nothing is created or reserved', async () => {
    const personId = await personWith(service, 'found');
    const before = await balanceOf(service);
    const refused = await post(personId, { body: { maxCredits: 2 } });
    expect(capOf(refused)).toEqual([402, 'CAP_EXCEEDED', { cap: 'request', limit: 2, used: 0, required: 3 }]);
    expect((await service.call('GET', enrichmentPath(personId))).status).toBe(404);
    expect(await balanceOf(service)).toEqual(before);
    expect((await post(personId, { body: { maxCredits: 3 } })).status).toBe(200);
  });

  it('CR-07 maxCredits of a batch and a bulk is for all of it', async () => {
    const personIds = [await personWith(service, 'found'), await personWith(service, 'found')];
    const selection = { mode: 'manual', includedIds: personIds };
    for (const [route, target] of [
      ['batch', { personIds }],
      ['bulk', { selection }],
    ] as const) {
      const refused = await service.call('POST', `${BASE}/${route}`, {
        body: { ...target, field: 'emails', maxCredits: 5 },
      });
      expect(capOf(refused)).toEqual([402, 'CAP_EXCEEDED', { cap: 'request', limit: 5, used: 0, required: 6 }]);
    }
  });

  it('CR-07 the daily cap of a key counts for this key only, and a release gives back', async () => {
    const [first, second] = [await personWith(service, 'slow-5'), await personWith(service, 'slow-5')];
    const key = await keyWith({ dailyCap: 5 });
    expect((await post(first, { key })).status).toBe(200);
    const details = { cap: 'key_daily', limit: 5, used: 3, required: 3 };
    expect(capOf(await post(second, { key }))).toEqual([402, 'CAP_EXCEEDED', details]);
    await service.call('POST', `${BASE}/${first}/cancel?field=emails`);
    expect((await post(second, { key })).status).toBe(200);
    expect((await post(first)).status).toBe(200);
  });

  it('CR-07 what a key has spent stays spent for its total cap; reuse is free of caps', async () => {
    const person = await personWith(service, 'found-1');
    const key = await keyWith({ totalCap: 3 });
    const spent = await post(person, { key });
    expect(spent.status).toBe(200);
    await untilEnded(service, enrichmentPath(person));
    expect((await post(person, { key })).body.id).toBe(spent.body.id);
    const details = { cap: 'key_total', limit: 3, used: 1, required: 3 };
    expect(capOf(await post(await personWith(service, 'found-1'), { key }))).toEqual([402, 'CAP_EXCEEDED', details]);
  });

  it('CR-07, WF-10 the caps of an org count for all of its keys, as soon as they are set', async () => {
    const { org, key, person, cap } = await orgWith(100);
    expect((await cap({ daily: 5, monthly: 8 })).body).toEqual(capsOnly({ daily: 5, monthly: 8 }, 1));
    expect((await post(await person(), { key })).status).toBe(200);
    const other = await service.keyFor(org);
    const details = { cap: 'org_daily', limit: 5, used: 3, required: 3 };
    expect(capOf(await post(await person(), { key: other }))).toEqual([402, 'CAP_EXCEEDED', details]);
    await cap({ daily: null });
    expect((await post(await person(), { key: other })).status).toBe(200);
    const monthly = { cap: 'org_monthly', limit: 8, used: 6, required: 3 };
    expect(capOf(await post(await person(), { key }))).toEqual([402, 'CAP_EXCEEDED', monthly]);
  });

  it('CR-07 of two at once that together break a cap exactly one wins', async () => {
    const { key, person, cap } = await orgWith(100);
    await cap({ daily: 5 });
    const people = [await person(), await person()];
    const answers = await Promise.all(people.map((id) => post(id, { key })));
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 402]);
  });

  it('X-01 caps answer before credits', async () => {
    const { key, person } = await orgWith(1);
    expect((await post(await person(), { key, body: { maxCredits: 1 } })).body.error.code).toBe('CAP_EXCEEDED');
    expect((await post(await person(), { key })).body.error.code).toBe('INSUFFICIENT_CREDITS');
  });

  it('X-07 a 402 for a cap uses the key up', async () => {
    const headers = { 'idempotency-key': randomUUID() };
    const personId = await personWith(service, 'found');
    const once = await post(personId, { headers, body: { maxCredits: 1 } });
    const again = await post(personId, { headers, body: { maxCredits: 1 } });
    expect([again.status, again.body.error.details]).toEqual([402, once.body.error.details]);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
  });
});

describe('WF-10 settings, the whole service behind them', () => {
  it('WF-10, X-11 are read right after they were changed, with one version per change', async () => {
    const { key, cap } = await orgWith(0);
    expect(await get(SETTINGS, { key })).toEqual(capsOnly({ daily: null, monthly: null }, 0));
    await cap({ daily: 7 });
    await cap({ monthly: 70 });
    await cap({ monthly: 70 });
    expect(await get(SETTINGS, { key })).toEqual(capsOnly({ daily: 7, monthly: 70 }, 2));
    await cap({ daily: null });
    expect(await get(SETTINGS, { key })).toEqual(capsOnly({ daily: null, monthly: 70 }, 3));
  });

  it('WF-10 the sandbox of an org has settings of its own', async () => {
    const { org, key, cap } = await orgWith(0);
    const testKey = await service.keyFor(org, { mode: 'test' });
    await cap({ daily: 0 });
    expect(await get(SETTINGS, { key: testKey })).toEqual(capsOnly({ daily: null, monthly: null }, 0));
    expect((await get(SETTINGS, { key })).caps.daily).toBe(0);
  });
});

describe('OP-05 force and WF-03 waterfallId, the whole service behind them', () => {
  it('OP-05 makes a new one after a finished one, at the usual price, once per key', async () => {
    const personId = await personWith(service, 'found-1');
    const { body: first } = await enriched(service, personId);
    const headers = { 'idempotency-key': randomUUID() };
    const forced = await post(personId, { headers, body: { force: true } });
    expect([forced.status, forced.body.status]).toEqual([200, 'pending']);
    expect(forced.body.id).not.toBe(first.id);
    expect(forced.headers.get('x-credits-reserved')).toBe('3');
    const { body: ended } = await untilEnded(service, enrichmentPath(personId));
    expect([ended.id, ended.receipt.captured]).toEqual([forced.body.id, 1]);
    const again = await post(personId, { headers, body: { force: true } });
    expect([again.body.id, again.headers.get('idempotency-replayed')]).toEqual([ended.id, 'true']);
  });

  it('OP-05 never while one is pending', async () => {
    const personId = await personWith(service, 'slow-5');
    const { body: pending } = await post(personId);
    const forced = await post(personId, { headers: { 'idempotency-key': randomUUID() }, body: { force: true } });
    expect([forced.body.id, forced.headers.get('x-credits-reserved')]).toEqual([pending.id, '0']);
  });

  it('OP-04, WF-03 the default waterfall by its name shares its enrichments; another name is 400', async () => {
    const personId = await personWith(service, 'slow-5');
    const { body: pending } = await post(personId);
    expect((await post(personId, { body: { waterfallId: 'default' } })).body.id).toBe(pending.id);
    const { status, body } = await post(personId, { body: { waterfallId: 'mine' } });
    expect([status, body.error.reason]).toEqual([400, 'unknown_waterfall']);
  });
});

describe('OP-23 estimate, the whole service behind it', () => {
  const estimate = (body: object, key?: string) =>
    service.call('POST', `${BASE}/estimate`, { body: { field: 'emails', ...body }, ...(key && { key }) });

  it('OP-23 says what the request then does, for all three bodies', async () => {
    const known = await personWith(service, 'slow-5');
    await post(known);
    const personIds = [known, await personWith(service, 'slow-5'), await personWith(service, 'slow-5')];
    const { available } = await balanceOf(service);
    const all = { newCount: 2, reusedCount: 1, reservedMax: 6, expected: 3, perItem: 3 };
    const expected = { ...all, balanceAfterMax: available - 6, affordable: true, shortage: null };
    expect((await estimate({ personIds })).body).toEqual(expected);
    expect((await estimate({ selection: { mode: 'manual', includedIds: personIds } })).body).toEqual(expected);
    expect((await estimate({ personId: known })).body).toMatchObject({ newCount: 0, reusedCount: 1, reservedMax: 0 });
    const done = await service.call('POST', `${BASE}/batch`, { body: { personIds, field: 'emails' } });
    expect(done.headers.get('x-credits-reserved')).toBe('6');
    expect(done.headers.get('x-credits-available')).toBe(String(available - 6));
  });

  it('OP-23 moves neither the ledger nor an enrichment, affordable or not', async () => {
    const { key, person } = await orgWith(4);
    const [first, second] = [await person(), await person()];
    const look = async () => [
      await get('/api/v1/credits/entries', { key }),
      await get('/api/v1/operations/credits/balance', { key }),
      (await service.call('GET', enrichmentPath(first), { key })).status,
    ];
    const before = await look();
    expect((await estimate({ personId: first }, key)).body).toMatchObject({ affordable: true, balanceAfterMax: 1 });
    const short = (await estimate({ personIds: [first, second] }, key)).body;
    expect(short).toMatchObject({ affordable: false, balanceAfterMax: -2 });
    expect(short.shortage).toMatchObject({
      code: 'INSUFFICIENT_CREDITS',
      details: { required: 6, available: 4, shortfall: 2 },
    });
    expect((await estimate({ personId: randomUUID() }, key)).body.error.reason).toBe('unknown_person');
    expect(await look()).toEqual(before);
  });

  it('OP-23 leaves no event of the org in the log', async () => {
    const { org, key, person } = await orgWith(4);
    const personId = await person();
    const before = await logOf(org);
    await estimate({ personId }, key);
    await estimate({ personId: randomUUID() }, key);
    expect(await logOf(org)).toEqual(before);
    expect(before).toEqual(['CreditsGranted', 'CommandAnswered', 'PersonRecorded']);
  });

  it('OP-23 knows the caps', async () => {
    const { key, person, cap } = await orgWith(100);
    await cap({ daily: 2 });
    const { body } = await estimate({ personId: await person() }, key);
    expect(body).toMatchObject({
      affordable: false,
      shortage: { code: 'CAP_EXCEEDED', details: { cap: 'org_daily' } },
    });
  });
});
