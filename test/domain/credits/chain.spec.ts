import { GENESIS_HASH } from '../../../src/domain/credits/account.js';
import {
  hashOf,
  isCreditEvent,
  ledgerEntryOf,
  linkOf,
  verifyLink,
  type CreditMove,
} from '../../../src/domain/credits/chain.js';
import type { CreditEvent } from '../../../src/domain/credits/chain.js';
import type { EnrichmentId, OrgId, ReservationId, TransactionId } from '../../../src/domain/kernel/ids.js';
import { CATALOGUE } from '../../../src/events/catalogue.js';
import { sha256 } from '../../support/given.js';
import { canonicalJson } from '../canonical-json.js';
import { at, grant, ORG } from '../fixtures.js';
import { share } from '../history.js';
import { World } from '../world.js';

const reservationId = 'reservation-1' as ReservationId;
const shares = [share('a', -2), share('b', -1)];

describe('CR-10 the credit chain', () => {
  it('hashes the RFC 8785 form, given here as text', () => {
    const fields = {
      org: ORG,
      entry: 2,
      type: 'reserve',
      amount: 0,
      reservedDelta: 3,
      reservationId,
      grants: shares,
      unit: 'credit',
      time: at(0),
      prevHash: GENESIS_HASH,
    } as const;
    const form =
      '{"amount":0,"entry":2,"grants":[{"delta":-2,"grantId":"grant-a"},{"delta":-1,"grantId":"grant-b"}],' +
      `"org":"org_1","prevHash":"${GENESIS_HASH}","reservationId":"reservation-1","reservedDelta":3,` +
      '"time":"2026-11-21T01:02:03.004Z","type":"reserve","unit":"credit","v":1}';
    expect(hashOf(sha256, fields)).toBe(sha256(form));
    expect(canonicalJson({ v: 1, ...fields })).toBe(form);
  });

  it('escapes what an org id may hold as RFC 8785 does', () => {
    const forms: string[] = [];
    const orgId = 'a"\\\u0007é~test' as OrgId;
    const move: CreditMove = { type: 'CreditsGranted', data: { amount: 1, grants: [] } };
    linkOf(
      { sha256: (text) => (forms.push(text), text), orgId, unit: 'credit', time: at(0) },
      { entry: 0, hash: 'x' },
      move,
    );
    expect(forms[0]).toContain('"org":"a\\"\\\\\\u0007é~test"');
  });

  it.each([
    ['CreditsGranted', { type: 'grant', amount: 5, reservedDelta: 0 }],
    ['CreditsReserved', { type: 'reserve', amount: 0, reservedDelta: 5 }],
    ['CreditsCaptured', { type: 'capture', amount: -5, reservedDelta: -5 }],
    ['CreditsReleased', { type: 'release', amount: 0, reservedDelta: -5 }],
    ['CreditsExpired', { type: 'expire', amount: -5, reservedDelta: 0 }],
    ['CreditsRefunded', { type: 'refund', amount: 5, reservedDelta: 0 }],
    ['CreditsAdjusted', { type: 'adjust', amount: 5, reservedDelta: 0 }],
  ] as const)('%s is signed', (type, entry) => {
    expect(ledgerEntryOf({ type, data: { amount: 5, grants: shares } })).toEqual({
      ...entry,
      reservationId: null,
      grants: shares,
    });
  });

  it('an adjustment downwards is negative', () =>
    expect(ledgerEntryOf({ type: 'CreditsAdjusted', data: { amount: -5, grants: shares } }).amount).toBe(-5));

  it('never has a negative zero, which would not equal what is read back', () => {
    const entry = ledgerEntryOf({ type: 'CreditsCaptured', data: { amount: 0, grants: [], reservationId } });
    expect(Object.is(entry.amount, 0) && Object.is(entry.reservedDelta, 0)).toBe(true);
  });

  it('knows its events', () => {
    const types = Object.keys(CATALOGUE).filter((type) => isCreditEvent({ type: type as keyof typeof CATALOGUE }));
    expect(types.sort()).toEqual([
      'CreditsAdjusted',
      'CreditsCaptured',
      'CreditsExpired',
      'CreditsGranted',
      'CreditsRefunded',
      'CreditsReleased',
      'CreditsReserved',
    ]);
  });
});

describe('CR-10 verifying', () => {
  const chained = () => {
    const world = new World();
    world.send(grant(5));
    world.send(grant(7));
    const [first, second] = world.log.filter(isCreditEvent);
    return { first: first!, second: second! };
  };
  const context = { sha256, unit: 'credit' };
  type Logged = CreditEvent & { readonly orgId: OrgId; readonly time: ReturnType<typeof at> };
  const altered = (event: Logged, change: object): Logged =>
    ({ ...event, data: { ...event.data, ...change } }) as unknown as Logged;

  it('starts at 64 zeros and goes on from hash to hash', () => {
    const { first, second } = chained();
    expect(first.data.prevHash).toBe('0'.repeat(64));
    expect(verifyLink(context, { entry: 0, hash: GENESIS_HASH }, first)).toBeNull();
    expect(verifyLink(context, first.data, second)).toBeNull();
  });

  it.each([
    ['an entry left out', { entry: 3 }, 'entry'],
    ['another entry before it', { prevHash: 'f'.repeat(64) }, 'prev_hash'],
    ['another amount', { amount: 8 }, 'hash'],
    ['other grants', { grants: [share('a', 7)] }, 'hash'],
    ['another hash', { hash: 'f'.repeat(64) }, 'hash'],
  ])('finds %s', (_what, change, broken) => {
    const { first, second } = chained();
    expect(verifyLink(context, first.data, altered(second, change))).toBe(broken);
  });

  it('finds another org, time or unit', () => {
    const { first, second } = chained();
    expect(verifyLink(context, first.data, { ...second, orgId: 'org_2' as OrgId })).toBe('hash');
    expect(verifyLink(context, first.data, { ...second, time: at(1) })).toBe('hash');
    expect(verifyLink({ sha256, unit: 'decicredit' }, first.data, second)).toBe('hash');
  });

  it('finds a reservation that was swapped', () => {
    const ids = { reservationId, enrichmentId: 'e' as EnrichmentId, transactionId: 't' as TransactionId };
    const data = { ...ids, amount: 1, operationType: 'enrichment_email', provider: 'fast' } as const;
    const head = { entry: 4, hash: 'a'.repeat(64) };
    const link = linkOf({ ...context, orgId: ORG, time: at(0) }, head, {
      type: 'CreditsCaptured',
      data: { ...data, grants: shares },
    });
    const event: Logged = {
      type: 'CreditsCaptured',
      subject: 'account/org_1',
      orgId: ORG,
      time: at(0),
      data: { ...data, ...link, available: 0 },
    };
    expect(verifyLink(context, head, event)).toBeNull();
    expect(verifyLink(context, head, altered(event, { reservationId: 'reservation-2' }))).toBe('hash');
  });
});
