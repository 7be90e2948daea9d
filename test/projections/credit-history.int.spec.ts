import { availableIn, type Account } from '../../src/domain/credits/account.js';
import { isUuid, type EnrichmentId, type OrgId } from '../../src/domain/kernel/ids.js';
import { epochMsOf, instantOf, type Instant } from '../../src/domain/kernel/instant.js';
import {
  CreditHistoryQuery,
  type HistoryFilter,
  type HistoryPage,
} from '../../src/projections/credits/credit-history.query.js';
import { CreditsQuery } from '../../src/projections/credits/credits.query.js';
import { nextExpiryOf } from '../../src/projections/credits/next-expiry.js';
import { HIT, Story } from '../support/events.js';
import { ORG_A, ORG_B } from './stories.js';
import { openReadSide, type ReadSide } from './support.js';

const BEFORE_ANY_END = '2000-01-01T00:00:00.000Z' as Instant;
const SECOND_MS = 1_000;
const ANY: HistoryFilter = { from: null, until: null, type: null, operationType: null };

/** The account after each command, with the time of its last entry. */
interface Told {
  readonly story: Story;
  readonly accounts: readonly { readonly time: Instant; readonly account: Account }[];
}

const tell = (): Told => {
  const story = new Story();
  const accounts: { time: Instant; account: Account }[] = [];
  const note = (): void => {
    const account = story.account(ORG_A);
    const time = story.events.findLast(({ orgId }) => orgId === ORG_A)?.time;
    if (account !== undefined && time !== undefined) accounts.push({ time, account });
  };
  const enrich = (misses: number): void => {
    const [id] = story.request(ORG_A, [story.person(ORG_A)]);
    note();
    for (let n = 0; n < misses; n += 1) story.respond(ORG_A, id as EnrichmentId);
    story.respond(ORG_A, id as EnrichmentId, HIT);
    note();
  };
  story.grant(ORG_A, 100);
  note();
  story.grant(ORG_A, 50, 60 * SECOND_MS);
  note();
  story.grant(ORG_B, 5);
  enrich(1);
  story.wait(10 * SECOND_MS);
  enrich(0);
  story.wait(120 * SECOND_MS);
  story.execute(ORG_A, 'ExpireGrants', {});
  note();
  return { story, accounts };
};

describe('credit history', () => {
  let side: ReadSide;
  let told: Told;
  beforeAll(async () => {
    side = await openReadSide();
    told = tell();
    await side.projector.handle(told.story.batch());
  });
  afterAll(() => side.close());

  const list = (page: Partial<HistoryPage> = {}, orgId: OrgId = ORG_A) =>
    new CreditHistoryQuery(side.database).list(orgId, { filter: ANY, limit: 200, before: null, offset: 0, ...page });
  const entries = async (page: Partial<HistoryPage>) => (await list(page)).map(({ entry }) => entry);

  it('CR-09 shows what moved the balance, newest first; setting aside and giving back are no transactions', async () => {
    const shown = (await list()).map(({ entry, type, amount, operationType, balanceAfter }) =>
      [entry, type, amount, operationType, balanceAfter].join(' '),
    );
    expect(shown).toEqual([
      '9 credit_consumed 47 expiry 100',
      '7 credit_consumed 1 enrichment_email 147',
      '4 credit_consumed 2 enrichment_email 148',
      '2 credit_added 50 grant 150',
      '1 credit_added 100 grant 100',
    ]);
  });

  it('CR-09 the balance is the sum of all transactions', async () => {
    const sum = (await list()).reduce(
      (total, { type, amount }) => total + (type === 'credit_added' ? amount : -amount),
      0,
    );
    expect(sum).toBe((await new CreditsQuery(side.database).balance(ORG_A, BEFORE_ANY_END)).balance);
  });

  it('CR-09 the id of a capture is the creditTransactionId of its enrichment, that of a grant the grant', async () => {
    const [expiry, , capture, expiring, grant] = await list();
    const enrichment = told.story.enrichment(capture?.metadata['enrichmentId'] as EnrichmentId);
    expect(capture).toMatchObject({ id: enrichment.transactionId, source: null, referenceId: null });
    expect(capture?.metadata).toMatchObject({ reservationId: enrichment.reservationId, provider: 'sandbox-deep' });
    expect(told.story.account(ORG_A)?.grants.map(({ id }) => id)).toEqual([grant?.id]);
    expect(grant).toMatchObject({ source: 'purchase', metadata: { expiresAt: null } });
    expect(expiring?.metadata).toEqual({ expiresAt: told.accounts[1]?.account.grants[0]?.expiresAt });
    expect(expiry?.metadata).toEqual({ grantId: expiring?.id });
    const ids = (await list()).map(({ id }) => id);
    expect([ids.every(isUuid), new Set(ids).size]).toEqual([true, 5]);
  });

  it('CR-09 filters by type and operation', async () => {
    expect(await entries({ filter: { ...ANY, type: 'credit_added' } })).toEqual([2, 1]);
    expect(await entries({ filter: { ...ANY, type: 'credit_consumed' } })).toEqual([9, 7, 4]);
    expect(await entries({ filter: { ...ANY, operationType: 'expiry' } })).toEqual([9]);
    expect(await entries({ filter: { ...ANY, operationType: 'grant' } })).toEqual([2, 1]);
    expect(await entries({ filter: { ...ANY, operationType: 'enrichment_email' } })).toEqual([7, 4]);
    expect(await entries({ filter: { ...ANY, operationType: 'enrichment_phone' } })).toEqual([]);
    expect(await entries({ filter: { ...ANY, type: 'credit_added', operationType: 'expiry' } })).toEqual([]);
  });

  it('CR-09 filters by time: from included, until not, in any combination with the others', async () => {
    const all = await list();
    const bounds = [null, ...all.map(({ createdAt }) => createdAt)];
    for (const from of bounds) {
      for (const until of bounds) {
        for (const type of [null, 'credit_added', 'credit_consumed'] as const) {
          const expected = all.filter(
            (transaction) =>
              (from === null || transaction.createdAt >= from) &&
              (until === null || transaction.createdAt < until) &&
              (type === null || transaction.type === type),
          );
          expect(await list({ filter: { ...ANY, from, until, type } })).toEqual(expected);
        }
      }
    }
  });

  it('X-12 pages by cursor and by offset, nothing twice and nothing left out', async () => {
    expect(await entries({ limit: 2 })).toEqual([9, 7]);
    expect(await entries({ limit: 2, before: 7 })).toEqual([4, 2]);
    expect(await entries({ limit: 2, before: 2 })).toEqual([1]);
    expect(await entries({ limit: 2, offset: 1 })).toEqual([7, 4]);
    expect(await entries({ filter: { ...ANY, type: 'credit_consumed' }, before: 9 })).toEqual([7, 4]);
    expect(await entries({ before: 999 })).toEqual([]);
  });

  it('another org has its own', async () => {
    expect((await list({}, ORG_B)).map(({ amount }) => amount)).toEqual([5]);
    expect(await list({ before: 1 }, ORG_B)).toEqual([]);
    expect(await list({ before: 2 }, ORG_B)).toEqual([]);
  });

  it('CR-09 the balance at an instant is what its last entry left, with what expired next then', async () => {
    const query = new CreditsQuery(side.database);
    for (const { time, account } of told.accounts) {
      const { balance, reserved } = account;
      const expected = { balance, reserved, available: availableIn(account), nextExpiry: nextExpiryOf(account) };
      expect(await query.balanceAt(ORG_A, time)).toEqual(expected);
    }
    expect(told.accounts[3]?.account.reserved).toBe(0);
    expect(nextExpiryOf(told.accounts[3]?.account as Account)?.amount).toBe(48);
    const before = instantOf(epochMsOf(told.accounts[0]?.time as Instant) - 1);
    expect(await query.balanceAt(ORG_A, before)).toEqual({ balance: 0, reserved: 0, available: 0, nextExpiry: null });
    expect(await query.balanceAt(ORG_A, '2999-01-01T00:00:00.000Z' as Instant)).toEqual(
      await query.balance(ORG_A, BEFORE_ANY_END),
    );
  });
});
