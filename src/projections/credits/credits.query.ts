import { statement, type Sql } from '../../db/database.js';
import { availableIn, emptyAccount, type Account } from '../../domain/credits/account.js';
import type { OrgId } from '../../domain/kernel/ids.js';
import type { Instant } from '../../domain/kernel/instant.js';
import { accountOfRow, type AccountDbRow } from './credit-accounts.projection.js';

/** API CR-09, in the installation's unit. */
export interface BalanceView {
  readonly balance: number;
  readonly reserved: number;
  readonly available: number;
  /** What expires next: all that is free and expires at the earliest instant. */
  readonly nextExpiry: { readonly amount: number; readonly at: Instant } | null;
}

const ACCOUNT = statement('credit_account', 'select * from credit_accounts where org_id = $1');

export class CreditsQuery {
  constructor(private readonly sql: Sql) {}

  /** An org that never had a credit has an empty account. */
  async balance(orgId: OrgId): Promise<BalanceView> {
    const account = await this.account(orgId);
    return {
      balance: account.balance,
      reserved: account.reserved,
      available: availableIn(account),
      nextExpiry: nextExpiryOf(account),
    };
  }

  private async account(orgId: OrgId): Promise<Account> {
    const [row] = await this.sql.query<AccountDbRow>(ACCOUNT, [orgId]);
    return row === undefined ? emptyAccount(orgId) : accountOfRow(row).account;
  }
}

const nextExpiryOf = ({ grants }: Account): BalanceView['nextExpiry'] => {
  const expiring = grants.flatMap(({ free, expiresAt }) =>
    free > 0 && expiresAt !== null ? [{ free, expiresAt }] : [],
  );
  if (expiring.length === 0) return null;
  // Instants are ISO 8601 of one length: their order is that of the text.
  const at = expiring.map(({ expiresAt }) => expiresAt).reduce((left, right) => (left < right ? left : right));
  const amount = expiring.filter(({ expiresAt }) => expiresAt === at).reduce((sum, { free }) => sum + free, 0);
  return { amount, at };
};
