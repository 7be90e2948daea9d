import type { GrantId, OrgId } from '../kernel/ids.js';
import type { Instant } from '../kernel/instant.js';

/**
 * A live grant: `free` may be reserved, `reserved` is set aside for open enrichments. Both in the
 * installation's unit. A grant with nothing left in either is dropped from the account.
 */
export interface Grant {
  readonly id: GrantId;
  readonly free: number;
  readonly reserved: number;
  readonly expiresAt: Instant | null;
  readonly grantedAt: Instant;
  /** The nearest distance to its end that was spoken of, days (CR-13); absent: none yet. */
  readonly warnedDays?: number;
}

/**
 * Stream `account/<org>`: sums, live grants in burn order (earliest expiry, then oldest) and the head of
 * the credit chain. `balance` = Σ amounts of all entries = Σ (free + reserved); available = balance − reserved.
 */
export interface Account {
  readonly orgId: OrgId;
  readonly balance: number;
  readonly reserved: number;
  readonly grants: readonly Grant[];
  readonly entry: number;
  readonly hash: string;
  /** Of the org's settings, so that whatever moves credits knows it (CR-13); absent: none. */
  readonly threshold?: number;
}

/** `prevHash` of the first entry of every chain (API CR-10). */
export const GENESIS_HASH = '0'.repeat(64);

export const emptyAccount = (orgId: OrgId): Account => ({
  orgId,
  balance: 0,
  reserved: 0,
  grants: [],
  entry: 0,
  hash: GENESIS_HASH,
});

/**
 * What the ledger says. Between the end of a grant and its expiry in the ledger it counts what nobody can spend any more:
 * whoever spends asks for `liveGrants`, and the balance shown leaves it out (CR-09).
 */
export const availableIn = (account: Account): number => account.balance - account.reserved;
