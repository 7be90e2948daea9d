import { randomUUID } from 'node:crypto';
import { SCOPES } from '../../src/auth/principal.js';
import { sessionClaims, signToken } from '../support/clerk-tokens.js';
import { startService, type Called, type TestService } from '../support/service.js';
import { enriched, personWith, enrichmentPath } from './int.js';

jest.setTimeout(120_000);
const CREDITS = '/api/v1/operations/credits';
const HOUR_MS = 3_600_000;

let service: TestService;
let operator: string;
beforeAll(async () => {
  service = await startService({ credits: 100 });
  await service.newOrg('operators');
  operator = await service.keyFor('operators', { scopes: ['operator'] });
});
afterAll(() => service.stop());

const post = (path: string, body: unknown, { as = operator, key = randomUUID() as string } = {}): Promise<Called> =>
  service.call('POST', `/api/v1/credits/${path}`, { key: as, body, headers: { 'idempotency-key': key } });
const get = async (path: string, key: string) => (await service.call('GET', path, { key })).body;
const orgWith = async (credits = 0) => {
  const orgId = await service.newOrg(`org-${randomUUID().slice(0, 8)}`, credits);
  return { orgId, key: await service.keyFor(orgId) };
};
/** An enrichment of the service's own org that cost 2 credits. */
const bought = async () => (await enriched(service, await personWith(service, 'found-2'))).body;

describe('CR-12 money, the whole service behind it', () => {
  it('CR-12 CR-06 CR-09 a grant of an operator is in the org’s balance, history and ledger right after it', async () => {
    const { orgId, key } = await orgWith();
    const expiresAt = new Date(Date.now() + HOUR_MS).toISOString();
    const body = { orgId, amount: 40, source: 'purchase', expiresAt, referenceId: 'inv-1', description: 'Thanks, Ada' };
    const granted = await post('grants', body);
    expect(granted.status).toBe(201);
    expect(granted.body).toMatchObject({ orgId, amount: 40, expiresAt, balance: 40, available: 40, unit: 'credit' });
    expect(await get(`${CREDITS}/balance`, key)).toMatchObject({
      balance: 40,
      nextExpiry: { amount: 40, at: expiresAt },
    });
    const { transactions } = await get(`${CREDITS}/history?operationType=grant`, key);
    expect(transactions).toEqual([
      expect.objectContaining({
        id: granted.body.grantId,
        type: 'credit_added',
        amount: 40,
        source: 'purchase',
        referenceId: 'inv-1',
        description: 'Thanks, Ada',
        metadata: { expiresAt },
      }),
    ]);
    expect((await get('/api/v1/credits/entries', key)).entries).toMatchObject([{ type: 'grant', amount: 40 }]);
  });

  it('CR-12 CR-09 CR-10 a refund: once, no more than captured, in history and ledger', async () => {
    const enrichment = await bought();
    const { id: enrichmentId } = enrichment;
    const before = await get(`${CREDITS}/balance`, service.apiKey);
    const ask = { orgId: service.orgId, enrichmentId, reason: 'not the person, says Ada', reasonCode: 'bad_data' };
    const tooMuch = await post('refunds', { ...ask, amount: 3 });
    expect([tooMuch.status, tooMuch.body.error.reason, tooMuch.body.error.details]).toEqual([
      409,
      'more_than_captured',
      { captured: 2, amount: 3 },
    ]);
    const refunded = await post('refunds', ask);
    expect(refunded.status).toBe(201);
    expect(refunded.body).toMatchObject({ enrichmentId, amount: 2, balance: before.balance + 2 });
    const again = await post('refunds', { ...ask, amount: 1 });
    expect([again.status, again.body.error.reason]).toEqual([409, 'already_refunded']);
    const { transactions } = await get(`${CREDITS}/history?operationType=refund`, service.apiKey);
    expect(transactions[0]).toMatchObject({
      id: refunded.body.transactionId,
      type: 'credit_added',
      amount: 2,
      description: 'not the person, says Ada',
      metadata: { enrichmentId, reasonCode: 'bad_data' },
    });
    const { entries } = await get('/api/v1/credits/entries?limit=200', service.apiKey);
    expect(entries.at(-1)).toMatchObject({ type: 'refund', amount: 2, reservedDelta: 0, entry: transactions[0].entry });
    const { balance } = await get(`${CREDITS}/balance?at=${transactions[0].createdAt}`, service.apiKey);
    expect(balance).toBe(transactions[0].balanceAfter);
    const shown = await get(enrichmentPath(enrichment.entityId), service.apiKey);
    expect([shown.receipt, shown.updatedAt]).toEqual([
      { ...enrichment.receipt, captured: 2, refunded: 2 },
      transactions[0].createdAt,
    ]);
  });

  it('CR-12 an enrichment is refunded to its own org only', async () => {
    const { id: enrichmentId } = await bought();
    const { orgId } = await orgWith(10);
    const { status, body } = await post('refunds', { orgId, enrichmentId, reason: 'x' });
    expect([status, body.error.reason]).toEqual([404, 'unknown_enrichment']);
  });

  it('CR-12 CR-14 an adjustment never takes more than is available, and says the numbers', async () => {
    const { orgId, key } = await orgWith(10);
    const refused = await post('adjustments', { orgId, amount: -11, reason: 'x' });
    expect([refused.status, refused.body.error.code]).toEqual([402, 'INSUFFICIENT_CREDITS']);
    expect(refused.body.error.details).toEqual({ required: 11, available: 10, shortfall: 1 });
    expect((await post('adjustments', { orgId, amount: -10, reason: 'x' })).body).toMatchObject({ available: 0 });
    expect((await post('adjustments', { orgId, amount: 4, reason: 'y' })).body).toMatchObject({ available: 4 });
    const { transactions } = await get(`${CREDITS}/history?operationType=adjustment`, key);
    expect(transactions).toMatchObject([
      { type: 'credit_added', amount: 4, balanceAfter: 4, description: 'y' },
      { type: 'credit_consumed', amount: 10, balanceAfter: 0, description: 'x' },
    ]);
    const consumed = await get(`${CREDITS}/history?type=credit_consumed`, key);
    expect(consumed.transactions.map(({ operationType }: any) => operationType)).toEqual(['adjustment']);
  });

  it('X-07 CR-12 the same key moves money once; another request under it is 409', async () => {
    const { orgId, key } = await orgWith();
    const idempotencyKey = randomUUID();
    const body = { orgId, amount: 5, source: 'bonus', description: 'once' };
    const [first, second] = await Promise.all([1, 2].map(() => post('grants', body, { key: idempotencyKey })));
    expect([first?.status, second?.status]).toEqual([201, 201]);
    expect(second?.body.grantId).toBe(first?.body.grantId);
    const other = await post('grants', { ...body, amount: 6 }, { key: idempotencyKey });
    expect([other.status, other.body.error.code]).toEqual([409, 'IDEMPOTENCY_CONFLICT']);
    expect((await get(`${CREDITS}/balance`, key)).balance).toBe(5);
  });

  it('CR-06 what is past has nothing to expire: a grant that ended already is refused', async () => {
    const { orgId } = await orgWith();
    const expiresAt = new Date(Date.now() - HOUR_MS).toISOString();
    const { status, body } = await post('grants', { orgId, amount: 5, source: 'bonus', expiresAt });
    expect([status, body.error.reason]).toEqual([400, 'already_expired']);
  });

  it('X-02 CR-12 no key with any other scopes, no admin’s session, no test operator touches an org', async () => {
    const { orgId, key } = await orgWith(10);
    const others = SCOPES.filter((scope) => scope !== 'operator');
    const credentials = [
      await service.keyFor(orgId, { scopes: others }),
      await service.keyFor('operators', { scopes: others }),
      await service.keyFor('operators', { mode: 'test', scopes: [...SCOPES] }),
      signToken(sessionClaims(Date.now())),
    ];
    const entries = await get('/api/v1/credits/entries', key);
    for (const as of credentials) {
      for (const [path, body] of [
        ['grants', { orgId, amount: 5, source: 'bonus' }],
        ['refunds', { orgId, enrichmentId: randomUUID(), reason: 'x' }],
        ['adjustments', { orgId, amount: -5, reason: 'x' }],
      ] as const) {
        expect([path, (await post(path, body, { as })).status]).toEqual([path, 403]);
      }
    }
    expect(await get('/api/v1/credits/entries', key)).toEqual(entries);
  });
});
