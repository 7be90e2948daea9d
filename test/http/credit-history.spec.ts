import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { IdentityHash, KeyId } from '../../src/domain/kernel/ids.js';
import { instantOf } from '../../src/domain/kernel/instant.js';
import { OFFSET_MAX } from '../../src/http/credits/history.dto.js';
import type { HistoryPage, TransactionView } from '../../src/projections/credits/credit-history.query.js';
import { ORG, startApp, type World } from './app.js';
import { callerOf, type Call } from './call.js';

const HISTORY = '/api/v1/operations/credits/history';
let app: NestFastifyApplication;
let world: World;
let call: Call;
beforeAll(async () => {
  ({ app, world } = await startApp());
  call = callerOf(app);
});
beforeEach(() => world.reset());
afterAll(() => app.close());

const transaction = (entry: number): TransactionView => ({
  id: `7a7a0000-0000-8000-8000-00000000000${entry}`,
  type: 'credit_consumed',
  amount: 2,
  operationType: 'enrichment_email',
  source: null,
  referenceId: null,
  metadata: { enrichmentId: '0b0c6a0e-6a53-8d0e-9a55-0d4f6f0f6a10' },
  note: null,
  createdAt: instantOf(entry),
  entry,
  balanceAfter: 98,
});

/** What the query was asked, without the org. */
const asked = (): HistoryPage => {
  const [orgId, page] = JSON.parse(world.queries.at(-1)?.slice('history '.length) ?? '[]') as [string, HistoryPage];
  expect(orgId).toBe(ORG);
  return page;
};
const NO_FILTER = { from: null, until: null, type: null, operationType: null };

describe('GET /api/v1/operations/credits/history', () => {
  it('CR-09 answers transactions with all their fields', async () => {
    world.history = () => [transaction(7)];
    const { status, body } = await call('GET', HISTORY);
    expect(status).toBe(200);
    const { note: _, ...shown } = transaction(7);
    expect(body).toEqual({ transactions: [{ ...shown, description: null }], count: 1, nextCursor: null });
  });

  it('CR-10 opens what operators said, and shows null for a note whose key is destroyed', async () => {
    const name = 'n' as IdentityHash;
    const keyId = (await world.vault.keysFor(ORG, [name])).get(name) as KeyId;
    const note = { keyId, sealed: await world.vault.seal(ORG, keyId, 'note', 'Sorry, Ada') };
    world.history = () => [{ ...transaction(8), note }, transaction(7)];
    const descriptions = async () =>
      (await call('GET', HISTORY)).body.transactions.map(({ description }: { description: unknown }) => description);
    expect(await descriptions()).toEqual(['Sorry, Ada', null]);
    world.vault.destroy(ORG, keyId);
    expect(await descriptions()).toEqual([null, null]);
  });

  it('CR-09 an org without credits has none', async () => {
    expect((await call('GET', HISTORY)).body).toEqual({ transactions: [], count: 0, nextCursor: null });
  });

  it('X-12 takes 50 by default and 200 at most, and asks for one more to know whether that is all', async () => {
    await call('GET', HISTORY);
    expect(asked()).toEqual({ filter: NO_FILTER, limit: 51, before: null, offset: 0 });
    await call('GET', `${HISTORY}?limit=200`);
    expect(asked().limit).toBe(201);
  });

  it('X-12 pages with an opaque cursor until it is null', async () => {
    world.history = () => [9, 7, 4].map(transaction);
    const first = await call('GET', `${HISTORY}?limit=2`);
    expect(first.body.transactions.map(({ entry }: TransactionView) => entry)).toEqual([9, 7]);
    expect(first.body.count).toBe(2);
    world.history = () => [transaction(4)];
    const second = await call('GET', `${HISTORY}?limit=2&cursor=${first.body.nextCursor}`);
    expect(asked()).toEqual({ filter: NO_FILTER, limit: 3, before: 7, offset: 0 });
    expect(second.body.nextCursor).toBeNull();
  });

  it('CR-09 filters by dates, both included, type and operation', async () => {
    await call(
      'GET',
      `${HISTORY}?startDate=2026-11-01&endDate=2026-11-30&type=credit_added&operationType=grant&offset=20`,
    );
    const days = { from: '2026-11-01T00:00:00.000Z', until: '2026-12-01T00:00:00.000Z' };
    const filter = { ...days, type: 'credit_added', operationType: 'grant' };
    expect(asked()).toEqual({ filter, limit: 51, before: null, offset: 20 });
    await call('GET', `${HISTORY}?startDate=2026-11-01T10:00:00Z&endDate=2026-11-01T10:00:00.000Z`);
    const instants = { from: '2026-11-01T10:00:00.000Z', until: '2026-11-01T10:00:00.001Z' };
    expect(asked().filter).toEqual({ ...NO_FILTER, ...instants });
  });

  it('X-12 a cursor is bound to its filters: with others it is refused, however equal dates are written', async () => {
    world.history = () => [9, 7].map(transaction);
    const { body } = await call('GET', `${HISTORY}?limit=1&startDate=2026-11-01`);
    const next = `${HISTORY}?limit=5&cursor=${body.nextCursor}`;
    expect((await call('GET', `${next}&startDate=2026-11-01T00:00:00Z`)).status).toBe(200);
    for (const other of ['', '&startDate=2026-11-02', '&startDate=2026-11-01&type=credit_added']) {
      const refused = await call('GET', `${next}${other}`);
      expect([refused.status, refused.body.error.reason]).toEqual([400, 'invalid_cursor']);
    }
  });

  it.each([
    ['limit=0', 'invalid_limit'],
    ['limit=201', 'invalid_limit'],
    ['limit=1e2', 'invalid_limit'],
    ['offset=-1', 'invalid_offset'],
    [`offset=${OFFSET_MAX + 1}`, 'invalid_offset'],
    ['offset=', 'invalid_offset'],
    ['startDate=2026-11-31', 'invalid_start_date'],
    ['startDate=21.11.2026', 'invalid_start_date'],
    ['endDate=tomorrow', 'invalid_end_date'],
    ['startDate=2026-11-02&endDate=2026-11-01', 'invalid_end_date'],
    ['type=Credit_added', 'invalid_type'],
    ['type=reserve', 'invalid_type'],
    ['operationType=reserve', 'invalid_operation_type'],
    ['cursor=', 'invalid_cursor'],
    ['cursor=abc', 'invalid_cursor'],
    [`cursor=${'a'.repeat(201)}`, 'invalid_cursor'],
    [`cursor=${Buffer.from('["x",7]').toString('base64url')}`, 'invalid_cursor'],
    ['cursor=abc&offset=0', 'conflicting_cursor'],
    ['limit=1&limit=2', 'repeated_parameter'],
    ['orgId=org_2', 'unknown_property'],
    ['__proto__=1', 'forbidden_name'],
  ])('CR-09, X-06 %s → 400 %s, and nothing is read', async (query, reason) => {
    const { status, body } = await call('GET', `${HISTORY}?${query}`);
    expect([status, body.error.code, body.error.reason]).toEqual([400, 'VALIDATION_ERROR', reason]);
    expect(world.queries).toEqual([]);
  });

  it('X-02 needs the scope credits', async () => {
    world.scopes = new Set(['read', 'enrich']);
    expect((await call('GET', HISTORY)).status).toBe(403);
  });
});
