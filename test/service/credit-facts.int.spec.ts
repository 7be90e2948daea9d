import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { parseEvent } from '../../src/events/codec.js';
import { startService, type TestService } from '../support/service.js';

jest.setTimeout(60_000);
const DAY_MS = 86_400_000;
const POLL_MS = 100;
const WAIT_MAX_MS = 20_000;

let service: TestService;
let operator: string;
beforeAll(async () => {
  service = await startService();
  operator = await service.keyFor(service.orgId, { scopes: ['operator'] });
});
afterAll(() => service.stop());

/** What stands on the events topic about an org, of one type. */
const told = async (orgId: string, type: string): Promise<readonly any[]> => {
  const { log, topics } = service.running.runtime;
  const data: unknown[] = [];
  for (let partition = 0; partition < (await log.partitions(topics.events)); partition++) {
    const { start, end } = await log.range(topics.events, partition);
    for (let next = start; next < end;) {
      const slice = await log.read(topics.events, partition, next);
      const events = slice.records.map(({ value }) => parseEvent(value.toString()));
      data.push(...events.filter((event) => event.orgid === orgId && event.type === type).map((event) => event.data));
      next = slice.next;
    }
  }
  return data;
};

const post = async (path: string, body: object) => {
  const headers = { 'idempotency-key': randomUUID() };
  const { status, body: answer } = await service.call('POST', `/api/v1/credits/${path}`, {
    key: operator,
    body,
    headers,
  });
  expect(status).toBe(201);
  return answer;
};

describe('CR-13 what an org wants to hear of its credits, on the events topic', () => {
  it('CR-13 nothing left is told once, and again only after something came', async () => {
    const orgId = await service.newOrg('depleted', 10);
    const adjust = (amount: number) => post('adjustments', { orgId, amount, reason: 'test' });
    await adjust(-9);
    expect(await told(orgId, 'CreditsDepleted')).toEqual([]);
    await adjust(-1);
    expect(await told(orgId, 'CreditsDepleted')).toEqual([{ reserved: 0, entry: 3 }]);
    await adjust(1);
    await adjust(-1);
    expect(await told(orgId, 'CreditsDepleted')).toEqual([
      { reserved: 0, entry: 3 },
      { reserved: 0, entry: 5 },
    ]);
  });

  it('CR-13 WF-10 fewer credits than the org’s threshold are told once, by whatever takes them', async () => {
    const orgId = await service.newOrg('low', 10);
    const key = await service.keyFor(orgId);
    const path = '/api/v1/settings';
    const changed = await service.call('PATCH', path, { key, body: { creditThreshold: 5 } });
    expect([changed.status, changed.body.creditThreshold]).toEqual([200, 5]);
    expect((await service.call('GET', path, { key })).body.creditThreshold).toBe(5);
    for (const amount of [-5, -1, -1]) await post('adjustments', { orgId, amount, reason: 'test' });
    expect(await told(orgId, 'CreditsRanLow')).toEqual([{ available: 4, threshold: 5, entry: 3 }]);
    await service.call('PATCH', path, { key, body: { creditThreshold: null } });
    expect((await service.call('GET', path, { key })).body.creditThreshold).toBeNull();
  });

  it('CR-13 the sweeper tells of a grant that ends in a day', async () => {
    const orgId = await service.newOrg('expiring');
    const expiresAt = new Date(Date.now() + DAY_MS + 1_000).toISOString();
    const { grantId } = await post('grants', { orgId, amount: 7, source: 'bonus', expiresAt });
    for (let waitedMs = 0; waitedMs < WAIT_MAX_MS; waitedMs += POLL_MS) {
      if ((await told(orgId, 'GrantExpiryNeared')).length > 0) break;
      await pause(POLL_MS);
    }
    expect(await told(orgId, 'GrantExpiryNeared')).toEqual([{ grantId, amount: 7, expiresAt, daysBefore: 1 }]);
  });
});
