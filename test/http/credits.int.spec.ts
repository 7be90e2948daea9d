import { startService, type TestService } from '../support/service.js';
import { enriched, personWith } from './int.js';

jest.setTimeout(60_000);
const CREDITS = '/api/v1/operations/credits';

let service: TestService;
beforeAll(async () => {
  service = await startService({ credits: 100 });
});
afterAll(() => service.stop());

const get = async (path: string, key?: string) =>
  (await service.call('GET', `${CREDITS}${path}`, key === undefined ? {} : { key })).body;

describe('credits over HTTP, the whole service behind it', () => {
  it('CR-09 what an enrichment cost is in the history under its creditTransactionId, right after it ended', async () => {
    const { body: enrichment } = await enriched(service, await personWith(service, 'found-2'));
    const { transactions, count, nextCursor } = await get('/history');
    expect([count, nextCursor]).toEqual([2, null]);
    expect(transactions[0]).toEqual({
      id: enrichment.creditTransactionId,
      type: 'credit_consumed',
      amount: 2,
      operationType: 'enrichment_email',
      source: null,
      referenceId: null,
      description: null,
      metadata: {
        enrichmentId: enrichment.id,
        reservationId: enrichment.creditReservationId,
        provider: 'sandbox-deep',
      },
      createdAt: enrichment.updatedAt,
      entry: 3,
      balanceAfter: 98,
    });
    expect(transactions[1]).toMatchObject({ type: 'credit_added', amount: 100, source: 'bonus', balanceAfter: 100 });
  });

  it('CR-09 nothing found leaves the history as it was', async () => {
    const before = await get('/history');
    await enriched(service, await personWith(service, 'notfound'));
    expect(await get('/history')).toEqual(before);
  });

  it('X-11 CR-09 a grant is in the history and the balance right after it was answered', async () => {
    const org = await service.newOrg('granted');
    const key = await service.keyFor(org);
    for (const [n, amount] of [5, 6, 7].entries()) {
      await service.grant(amount, org);
      const { transactions, count } = await get('/history', key);
      expect([count, transactions[0].amount]).toEqual([n + 1, amount]);
    }
    expect((await get('/balance', key)).balance).toBe(18);
  });

  it('CR-09 the balance at the instant of each transaction is its balanceAfter', async () => {
    const org = await service.newOrg('at');
    const key = await service.keyFor(org);
    for (const amount of [1, 20, 300]) await service.grant(amount, org);
    const { transactions } = await get('/history', key);
    expect(transactions).toHaveLength(3);
    for (const { createdAt } of transactions) {
      // Two grants may share a millisecond: the balance is that after the last of them.
      const last = transactions.find((other: { createdAt: string }) => other.createdAt === createdAt);
      const { balance, available, reserved } = await get(`/balance?at=${createdAt}`, key);
      expect([balance, available, reserved]).toEqual([last.balanceAfter, last.balanceAfter, 0]);
    }
    expect((await get('/balance?at=2020-01-01T00:00:00Z', key)).balance).toBe(0);
  });

  it('X-12 CR-09 pages by cursor through everything, filters with it, and refuses it in another org', async () => {
    const [mine, other] = [await service.newOrg('pages'), await service.newOrg('pages2')];
    const [key, otherKey] = [await service.keyFor(mine), await service.keyFor(other)];
    for (let amount = 1; amount <= 5; amount += 1) await service.grant(amount, mine);
    const amounts: number[] = [];
    let cursor: string | null = '';
    for (let path = '/history?limit=2&type=credit_added'; cursor !== null;) {
      const page = await get(cursor === '' ? path : `${path}&cursor=${cursor}`, key);
      amounts.push(...page.transactions.map(({ amount }: { amount: number }) => amount));
      cursor = page.nextCursor;
      if (cursor === null) break;
      const foreign = await get(`${path}&cursor=${cursor}`, otherKey);
      expect([foreign.error.code, foreign.error.reason]).toEqual(['VALIDATION_ERROR', 'invalid_cursor']);
    }
    expect(amounts).toEqual([5, 4, 3, 2, 1]);
    expect((await get('/history?limit=2&offset=3', key)).transactions.map(({ amount }: any) => amount)).toEqual([2, 1]);
    expect((await get('/history', otherKey)).transactions).toEqual([]);
  });
});
