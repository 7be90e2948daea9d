import type { Account, Grant } from '../../domain/credits/account.js';
import type { OrgId } from '../../domain/kernel/ids.js';
import { instantOf, type Instant } from '../../domain/kernel/instant.js';
import type { Evolution } from '../evolution.js';
import { column, table } from '../table.js';

export interface AccountRow {
  readonly account: Account;
  readonly updatedAt: Instant;
  readonly partition: number;
  readonly seq: number;
}

export const CREDIT_ACCOUNTS = table<AccountRow>({
  name: 'credit_accounts',
  key: ['org_id'],
  newerBy: ['seq'],
  columns: [
    column('org_id', 'text', ({ account }) => account.orgId),
    column('balance', 'bigint', ({ account }) => account.balance),
    column('reserved', 'bigint', ({ account }) => account.reserved),
    column('entry', 'bigint', ({ account }) => account.entry),
    column('hash', 'text', ({ account }) => account.hash),
    column('grants', 'jsonb', ({ account }) => JSON.stringify(account.grants.map(shownGrant))),
    column('updated_at', 'timestamptz', (row) => row.updatedAt),
    column('partition', 'smallint', (row) => row.partition),
    column('seq', 'bigint', (row) => row.seq),
  ],
});

/** What the decider keeps about warnings is its own. */
const shownGrant = ({ id, free, reserved, expiresAt, grantedAt }: Grant): Grant => ({
  id,
  free,
  reserved,
  expiresAt,
  grantedAt,
});

export const foldAccounts = ({ accounts }: Evolution): readonly AccountRow[] => {
  const rows = new Map<OrgId, AccountRow>();
  for (const { event, after } of accounts) {
    rows.set(after.orgId, { account: after, updatedAt: event.time, partition: event.partition, seq: event.seq });
  }
  return [...rows.values()];
};

/** How `pg` hands over the columns of `credit_accounts`. */
export interface AccountDbRow {
  readonly org_id: OrgId;
  readonly balance: string;
  readonly reserved: string;
  readonly entry: string;
  readonly hash: string;
  readonly grants: Account['grants'];
  readonly updated_at: Date;
  readonly partition: number;
  readonly seq: string;
}

export const accountOfRow = (row: AccountDbRow): AccountRow => ({
  account: {
    orgId: row.org_id,
    balance: Number(row.balance),
    reserved: Number(row.reserved),
    grants: row.grants,
    entry: Number(row.entry),
    hash: row.hash,
  },
  updatedAt: instantOf(row.updated_at.getTime()),
  partition: row.partition,
  seq: Number(row.seq),
});
