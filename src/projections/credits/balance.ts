import { availableIn, type Account } from '../../domain/credits/account.js';
import { dueGrants, freeIn, liveGrants } from '../../domain/credits/grants.js';
import type { Instant } from '../../domain/kernel/instant.js';
import { nextExpiryOf, type NextExpiry } from './next-expiry.js';

/** API CR-09, in the installation's unit. */
export interface BalanceView {
  readonly balance: number;
  readonly reserved: number;
  readonly available: number;
  readonly nextExpiry: NextExpiry | null;
}

/**
 * What an org has at `now`. What is free of a grant that has ended is out of it at once, because nobody can spend it any
 * more; the sweeper brings its expiry into the ledger within seconds.
 */
export const balanceOf = (account: Account, now: Instant): BalanceView => {
  const ended = freeIn(dueGrants(account.grants, now));
  return {
    balance: account.balance - ended,
    reserved: account.reserved,
    available: availableIn(account) - ended,
    nextExpiry: nextExpiryOf({ grants: liveGrants(account.grants, now) }),
  };
};
