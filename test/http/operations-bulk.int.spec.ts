import { randomUUID } from 'node:crypto';
import { startService, type TestService } from '../support/service.js';

jest.setTimeout(60_000);
const BULK = '/api/v1/operations/enrichment/bulk';
let service: TestService;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.stop());

const bulk = (key: string, body: object) => service.call('POST', BULK, { key, body: { field: 'emails', ...body } });
const select = (key: string, selection: object) => bulk(key, { selection: { mode: 'bulk', ...selection } });
const idsOf = (body: { entityId: string }[]) => body.map(({ entityId }) => entityId);

/** An org with so many credits and people, oldest first; every second one is tagged. */
const orgWith = async (credits: number, people: number) => {
  const key = await service.keyFor(await service.newOrg(`bulk-${randomUUID()}`, credits));
  const ids: string[] = [];
  for (let index = 0; index < people; index += 1) {
    const body = { linkedinUrl: `https://www.linkedin.com/in/tb-slow-20-${randomUUID()}`, tags: [`t${index % 2}`] };
    ids.push((await service.call('POST', '/api/v1/persons', { key, body })).body.id);
  }
  return { key, ids };
};

describe('POST /api/v1/operations/enrichment/bulk, the whole service behind it', () => {
  it('OP-15 manual: one object per distinct id, in order', async () => {
    const { key, ids } = await orgWith(100, 3);
    const includedIds = [ids[2]!, ids[0]!.toUpperCase(), ids[2]!];
    const { status, headers, body } = await bulk(key, { selection: { mode: 'manual', includedIds } });
    expect([status, idsOf(body)]).toEqual([200, [ids[2], ids[0]]]);
    expect(headers.get('x-credits-reserved')).toBe('6');
  });

  it('OP-16, OP-17 bulk: those that match, oldest first; skips, leaves out, takes; excluded ones do not count', async () => {
    const { key, ids } = await orgWith(100, 6);
    const selection = { startIndex: 1, targetCount: 2, excludedIds: [ids[2]!], filters: {} };
    expect(idsOf((await select(key, selection)).body)).toEqual([ids[1], ids[3]]);
    const filters = { field: 'tags', op: 'eq', value: 'T1' };
    const beside = { selection: { mode: 'bulk', targetCount: 1_000 }, filters };
    expect(idsOf((await bulk(key, beside)).body)).toEqual([ids[1], ids[3], ids[5]]);
  });

  it('OP-18 402 with numbers creates nothing; all reused costs nothing', async () => {
    const { key, ids } = await orgWith(8, 3);
    const refused = await select(key, { targetCount: 10, filters: {} });
    expect([refused.status, refused.body.error.details]).toEqual([402, { required: 9, available: 8, shortfall: 1 }]);
    expect((await select(key, { targetCount: 2, filters: {} })).status).toBe(200);
    const again = await select(key, { targetCount: 2, filters: {} });
    expect([idsOf(again.body), again.headers.get('x-credits-reserved')]).toEqual([ids.slice(0, 2), '0']);
  });

  it('OP-18 of two at once that together exceed the balance exactly one wins', async () => {
    const { key, ids } = await orgWith(9, 4);
    const manual = (includedIds: readonly string[]) => bulk(key, { selection: { mode: 'manual', includedIds } });
    const answers = await Promise.all([manual(ids.slice(0, 2)), manual(ids.slice(2))]);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 402]));
    const { body } = await service.call('GET', '/api/v1/operations/credits/balance', { key });
    expect(body).toMatchObject({ balance: 9, reserved: 6, available: 3 });
  });

  it('OP-17 an empty selection and another org are 400; OP-18 no credential is 401 UNAUTHORIZED', async () => {
    const [{ key }, other] = [await orgWith(10, 1), await orgWith(10, 1)];
    const none = await select(key, { startIndex: 1, targetCount: 1, filters: {} });
    expect([none.status, none.body.error.reason]).toEqual([400, 'empty_selection']);
    const foreign = await bulk(key, { selection: { mode: 'manual', includedIds: other.ids } });
    expect([foreign.status, foreign.body.error.reason]).toEqual([400, 'unknown_person']);
    expect(foreign.body.error.details[0].path).toBe('selection.includedIds.0');
    const { status, body } = await service.call('POST', BULK, { key: null, body: {} });
    expect([status, body.error.code]).toEqual([401, 'UNAUTHORIZED']);
  });

  it('X-07 a repeat under the same key is answered as the first, though other people match by now', async () => {
    const { key, ids } = await orgWith(100, 1);
    const body = { field: 'emails', selection: { mode: 'bulk', targetCount: 5, filters: {} } };
    const headers = { 'idempotency-key': randomUUID() };
    const send = () => service.call('POST', BULK, { key, headers, body });
    expect(idsOf((await send()).body)).toEqual(ids);
    await service.call('POST', '/api/v1/persons', { key, body: { email: `${randomUUID()}@example.com` } });
    const again = await send();
    expect([again.headers.get('idempotency-replayed'), idsOf(again.body)]).toEqual(['true', ids]);
  });

  it('X-07 a repeat under the same key is answered as the first, though nobody matches by now', async () => {
    const { key, ids } = await orgWith(100, 1);
    const filters = { field: 'tags', op: 'eq', value: 't0' };
    const body = { field: 'emails', selection: { mode: 'bulk', targetCount: 5, filters } };
    const headers = { 'idempotency-key': randomUUID() };
    const send = (idempotency = headers) => service.call('POST', BULK, { key, headers: idempotency, body });
    const first = await send();
    await service.call('PATCH', `/api/v1/persons/${ids[0]}`, { key, body: { tags: ['other'] } });
    const again = await send();
    expect([again.status, again.headers.get('idempotency-replayed'), idsOf(again.body)]).toEqual([200, 'true', ids]);
    expect(again.body[0].id).toBe(first.body[0].id);
    for (const other of [{ 'idempotency-key': randomUUID() }, {}]) {
      const { status, body: answer } = await send(other as typeof headers);
      expect([status, answer.error]).toMatchObject([
        400,
        { reason: 'empty_selection', details: [{ path: 'selection' }] },
      ]);
    }
  });
});
