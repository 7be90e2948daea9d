import type { OrgId } from '../kernel/ids.js';
import type { Instant } from '../kernel/instant.js';
import { streams, type StreamKey } from '../streams.js';

/**
 * Streams `spending/<org>` and `spending/<org>/<key>`: what was reserved and has not been released since, in the
 * installation's unit. Only the newest day and month (UTC, by the command's time) are kept, because no cap looks at
 * those before: the state of a spender stays this small for ever.
 */
export interface Spending {
  /** `YYYY-MM-DD` */
  readonly day: string;
  readonly daily: number;
  /** `YYYY-MM` */
  readonly month: string;
  readonly monthly: number;
  readonly total: number;
}
export type Used = Pick<Spending, 'daily' | 'monthly' | 'total'>;

const dayOf = (time: Instant): string => time.slice(0, 10);
const monthOf = (time: Instant): string => time.slice(0, 7);

/** How API keys are named in `createdBy` and `keyRef` (API X-02): users have no caps, so nobody counts theirs. */
const KEY_PREFIX = 'key:';

/** Whose caps a reservation counts for: the org's, and the key's that asked. */
export const spendersOf = (orgId: OrgId, keyRef: string): readonly StreamKey<'spending'>[] => [
  streams.spending(orgId),
  ...(keyRef.startsWith(KEY_PREFIX) ? [streams.spending(orgId, keyRef)] : []),
];

/** What counts at `now`; a window that has passed is empty. */
export const usedAt = (spending: Spending | undefined, now: Instant): Used => ({
  daily: spending?.day === dayOf(now) ? spending.daily : 0,
  monthly: spending?.month === monthOf(now) ? spending.monthly : 0,
  total: spending?.total ?? 0,
});

export const spendingAfterReserve = (before: Spending | undefined, now: Instant, amount: number): Spending => {
  const { daily, monthly, total } = usedAt(before, now);
  return {
    day: dayOf(now),
    daily: daily + amount,
    month: monthOf(now),
    monthly: monthly + amount,
    total: total + amount,
  };
};

/** CR-07: a release gives back to the windows that reserved; one that has passed does not matter any more. */
export const spendingAfterRelease = (before: Spending, reservedAt: Instant, amount: number): Spending => ({
  ...before,
  daily: before.daily - (before.day === dayOf(reservedAt) ? amount : 0),
  monthly: before.monthly - (before.month === monthOf(reservedAt) ? amount : 0),
  total: before.total - amount,
});
