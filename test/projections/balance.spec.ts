import { emptyAccount, type Account, type Grant } from '../../src/domain/credits/account.js';
import type { GrantId, OrgId } from '../../src/domain/kernel/ids.js';
import type { Instant } from '../../src/domain/kernel/instant.js';
import { balanceOf } from '../../src/projections/credits/balance.js';

const at = (seconds: number): Instant => `2026-11-21T01:02:${String(seconds).padStart(2, '0')}.000Z` as Instant;
const grant = (id: string, free: number, expiresAt: Instant | null, reserved = 0): Grant => ({
  id: id as GrantId,
  free,
  reserved,
  expiresAt,
  grantedAt: at(0),
});
const account: Account = {
  ...emptyAccount('acme' as OrgId),
  balance: 118,
  reserved: 3,
  grants: [grant('a', 5, at(10), 3), grant('b', 10, at(20)), grant('c', 100, null)],
};

describe('CR-09 the balance', () => {
  it('before the end of a grant counts all of it', () => {
    expect(balanceOf(account, at(9))).toEqual({
      balance: 118,
      reserved: 3,
      available: 115,
      nextExpiry: { amount: 5, at: at(10) },
    });
  });

  it('from its end on leaves out what is free of it, whether or not the ledger says so yet', () => {
    const after = { balance: 113, reserved: 3, available: 110, nextExpiry: { amount: 10, at: at(20) } };
    expect(balanceOf(account, at(10))).toEqual(after);
    const expired: Account = { ...account, balance: 113, grants: account.grants.with(0, grant('a', 0, at(10), 3)) };
    expect(balanceOf(expired, at(10))).toEqual(after);
  });

  it('leaves out all that have ended', () => {
    expect(balanceOf(account, at(30))).toEqual({ balance: 103, reserved: 3, available: 100, nextExpiry: null });
  });
});
