import type { GrantExpiryNeared } from '../../events/credit.events.js';
import type { Instant } from '../kernel/instant.js';
import { invariant } from '../kernel/errors.js';
import { availableIn, type Account, type Grant } from './account.js';
import { isAmount } from './amount.js';
import { ledgerEntryOf, type CreditEvent, type CreditEventType } from './chain.js';
import { moveShares, withGrant, type ShareMove } from './grants.js';

const MOVES: Readonly<Record<Exclude<CreditEventType, 'CreditsGranted' | 'CreditsRefunded'>, ShareMove>> = {
  CreditsReserved: { free: 1, reserved: -1 },
  CreditsReleased: { free: 1, reserved: -1 },
  CreditsCaptured: { free: 0, reserved: 1 },
  CreditsExpired: { free: 1, reserved: 0 },
  CreditsAdjusted: { free: 1, reserved: 0 },
};

/** The account with one more entry of its chain. */
export const accountAfter = (account: Account, event: CreditEvent, time: Instant): Account => {
  const { amount, reservedDelta } = ledgerEntryOf(event);
  return {
    ...account,
    balance: account.balance + amount,
    reserved: account.reserved + reservedDelta,
    grants: grantsAfter(account.grants, event, time),
    entry: event.data.entry,
    hash: event.data.hash,
  };
};

const grantsAfter = (grants: readonly Grant[], event: CreditEvent, time: Instant): readonly Grant[] => {
  if (event.type === 'CreditsGranted' || event.type === 'CreditsRefunded') return withNew(grants, event, time);
  if (event.type === 'CreditsAdjusted' && event.data.amount > 0) return withNew(grants, event, time);
  return moveShares(grants, event.data.grants, MOVES[event.type]);
};

/** What comes in is a grant, named by the one share of its entry. */
const withNew = (
  grants: readonly Grant[],
  { data }: Extract<CreditEvent, { readonly type: 'CreditsGranted' | 'CreditsRefunded' | 'CreditsAdjusted' }>,
  grantedAt: Instant,
): readonly Grant[] => {
  const [share] = data.grants;
  invariant(share?.delta === data.amount, `entry ${data.entry} does not name its grant`);
  const expiresAt = 'expiresAt' in data ? data.expiresAt : null;
  return withGrant(grants, { id: share.grantId, free: data.amount, reserved: 0, expiresAt, grantedAt });
};

/** The account whose owner was told that a grant ends soon. */
export const accountWarned = (account: Account, { grantId, daysBefore }: GrantExpiryNeared): Account => ({
  ...account,
  grants: account.grants.map((grant) => (grant.id === grantId ? { ...grant, warnedDays: daysBefore } : grant)),
});

export const accountWithThreshold = ({ threshold: _, ...account }: Account, threshold: number | null): Account =>
  threshold === null ? account : { ...account, threshold };

/** CR-14, asserted for every entry before it is proposed: no decision may leave an account like this behind. */
export const checkAccount = (account: Account): void => {
  let free = 0;
  let reserved = 0;
  for (const grant of account.grants) {
    invariant(isAmount(grant.free) && isAmount(grant.reserved), `grant ${grant.id} is overdrawn`);
    free += grant.free;
    reserved += grant.reserved;
  }
  invariant(isAmount(account.balance), `balance of ${account.orgId} is ${account.balance}`);
  invariant(account.reserved === reserved, `${account.orgId}: reserved is not the sum of its grants`);
  invariant(account.balance === free + reserved, `${account.orgId}: balance is not the sum of its grants`);
  invariant(availableIn(account) >= 0, `${account.orgId} is overdrawn`);
};
