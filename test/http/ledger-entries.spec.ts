import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { GENESIS_HASH } from '../../src/domain/credits/account.js';
import type { GrantId } from '../../src/domain/kernel/ids.js';
import { instantOf } from '../../src/domain/kernel/instant.js';
import type { EntryView } from '../../src/projections/credits/credit-entries.query.js';
import { ORG, startApp, type World } from './app.js';
import { callerOf, type Call } from './call.js';

const ENTRIES = '/api/v1/credits/entries';
let app: NestFastifyApplication;
let world: World;
let call: Call;
beforeAll(async () => {
  ({ app, world } = await startApp());
  call = callerOf(app);
});
beforeEach(() => world.reset());
afterAll(() => app.close());

const entryOf = (entry: number): EntryView => ({
  org: ORG,
  entry,
  type: 'grant',
  amount: 5,
  reservedDelta: 0,
  reservationId: null,
  grants: [{ grantId: 'g' as GrantId, delta: 5 }],
  time: instantOf(entry),
  prevHash: GENESIS_HASH,
  hash: String(entry).repeat(64),
});
const asked = (): unknown => JSON.parse(world.queries.at(-1)?.slice('entries '.length) ?? '');

describe('GET /api/v1/credits/entries', () => {
  it('CR-10 answers what is hashed and the hash, and nothing besides', async () => {
    world.entries = () => [entryOf(1)];
    const { status, body } = await call('GET', ENTRIES);
    expect(status).toBe(200);
    expect(body).toEqual({ entries: [{ v: 1, unit: 'credit', ...entryOf(1) }], nextCursor: null });
  });

  it('X-12 pages oldest first, 50 by default, with an opaque cursor until it is null', async () => {
    await call('GET', ENTRIES);
    expect(asked()).toEqual([ORG, { after: 0, limit: 51 }]);
    world.entries = () => [1, 2, 3].map(entryOf);
    const first = await call('GET', `${ENTRIES}?limit=2`);
    expect(first.body.entries.map(({ entry }: EntryView) => entry)).toEqual([1, 2]);
    world.entries = () => [entryOf(3)];
    const second = await call('GET', `${ENTRIES}?limit=200&cursor=${first.body.nextCursor}`);
    expect(asked()).toEqual([ORG, { after: 2, limit: 201 }]);
    expect(second.body.nextCursor).toBeNull();
  });

  it('X-12 a cursor of the history is none of the entries', async () => {
    world.history = () =>
      [2, 1].map((entry) => ({
        id: `t${entry}`,
        type: 'credit_added',
        amount: 1,
        operationType: 'grant',
        source: 'bonus',
        referenceId: null,
        metadata: {},
        createdAt: '2026-11-21T01:02:03.004Z',
        entry,
        balanceAfter: entry,
      }));
    const { body } = await call('GET', '/api/v1/operations/credits/history?limit=1');
    const refused = await call('GET', `${ENTRIES}?cursor=${body.nextCursor}`);
    expect([refused.status, refused.body.error.reason]).toEqual([400, 'invalid_cursor']);
  });

  it.each(['limit=0', 'limit=201', 'limit=x', 'cursor=', 'cursor=x', 'offset=1', 'limit=1&limit=1'])(
    'CR-10, X-06 %s → 400, and nothing is read',
    async (query) => {
      const { status, body } = await call('GET', `${ENTRIES}?${query}`);
      expect([status, body.error.code]).toEqual([400, 'VALIDATION_ERROR']);
      expect(world.queries).toEqual([]);
    },
  );
});
