import { statement, type Sql } from '../../db/database.js';
import { emptyAccount, type Account } from '../../domain/credits/account.js';
import type { OrgId } from '../../domain/kernel/ids.js';
import { instantOf, type Instant } from '../../domain/kernel/instant.js';
import { balanceOf, type BalanceView } from './balance.js';
import { accountOfRow, type AccountDbRow } from './credit-accounts.projection.js';

const ACCOUNT = statement('credit_account', 'select * from credit_accounts where org_id = $1');
const LAST_BY = statement(
  'credit_entry_last_by',
  `select balance_after, available_after, next_expiry_amount, next_expiry_at
   from credit_entries where org_id = $1 and time <= $2 order by time desc, entry desc limit 1`,
);

interface LastEntryRow {
  readonly balance_after: string;
  readonly available_after: string;
  readonly next_expiry_amount: string | null;
  readonly next_expiry_at: Date | null;
}

export class CreditsQuery {
  constructor(private readonly sql: Sql) {}

  /** An org that never had a credit has an empty account. */
  async balance(orgId: OrgId, now: Instant): Promise<BalanceView> {
    return balanceOf(await this.account(orgId), now);
  }

  /** As the last entry up to and including `at` left it. */
  async balanceAt(orgId: OrgId, at: Instant): Promise<BalanceView> {
    const [row] = await this.sql.query<LastEntryRow>(LAST_BY, [orgId, at]);
    return row === undefined ? balanceOf(emptyAccount(orgId), at) : balanceAfter(row);
  }

  private async account(orgId: OrgId): Promise<Account> {
    const [row] = await this.sql.query<AccountDbRow>(ACCOUNT, [orgId]);
    return row === undefined ? emptyAccount(orgId) : accountOfRow(row).account;
  }
}

const balanceAfter = (row: LastEntryRow): BalanceView => {
  const balance = Number(row.balance_after);
  const available = Number(row.available_after);
  const { next_expiry_at: at, next_expiry_amount: amount } = row;
  const nextExpiry = at === null ? null : { amount: Number(amount), at: instantOf(at.getTime()) };
  return { balance, reserved: balance - available, available, nextExpiry };
};
