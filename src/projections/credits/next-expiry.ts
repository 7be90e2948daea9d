import type { Account } from '../../domain/credits/account.js';
import type { Instant } from '../../domain/kernel/instant.js';

/** What expires next: all that is free and expires at the earliest instant. */
export interface NextExpiry {
  readonly amount: number;
  readonly at: Instant;
}

export const nextExpiryOf = ({ grants }: Pick<Account, 'grants'>): NextExpiry | null => {
  const expiring = grants.flatMap(({ free, expiresAt }) =>
    free > 0 && expiresAt !== null ? [{ free, expiresAt }] : [],
  );
  if (expiring.length === 0) return null;
  // Instants are ISO 8601 of one length: their order is that of the text.
  const at = expiring.map(({ expiresAt }) => expiresAt).reduce((left, right) => (left < right ? left : right));
  const amount = expiring.filter(({ expiresAt }) => expiresAt === at).reduce((sum, { free }) => sum + free, 0);
  return { amount, at };
};
