import { statement, type Sql } from '../../src/db/database.js';
import type { OrgId } from '../../src/domain/kernel/ids.js';
import type { Finding, OrgLedger } from './ledger-auditor.js';

const ORGS_PER_QUERY = 500;

/** The entry that the log ends with, as the read model has it: comparable while the service goes on. */
const ENTRIES = statement(
  'audit_entries',
  `select l.org_id, e.hash, e.balance_after::text as balance, e.available_after::text as available, e.partition,
     (select count(*) from credit_entries c where c.org_id = l.org_id and c.entry <= l.entry)::text as entries,
     (select coalesce(sum(c.amount), 0) from credit_entries c where c.org_id = l.org_id and c.entry <= l.entry)::text as total
   from unnest($1::text[], $2::bigint[]) as l (org_id, entry)
   left join credit_entries e on e.org_id = l.org_id and e.entry = l.entry`,
);
const ACCOUNTS = statement(
  'audit_accounts',
  `select org_id, entry::text, hash, balance::text, reserved::text, partition from credit_accounts where org_id = any($1)`,
);

interface EntryRow {
  org_id: OrgId;
  hash: string | null;
  balance: string | null;
  available: string | null;
  partition: number | null;
  entries: string;
  total: string;
}
interface AccountRow {
  org_id: OrgId;
  entry: string;
  hash: string;
  balance: string;
  reserved: string;
  partition: number;
}

/** Compares the recomputed ledgers with `credit_entries` and `credit_accounts`; the read model must be past them. */
export const compareReadModel = async (sql: Sql, orgs: ReadonlyMap<OrgId, OrgLedger>): Promise<Finding[]> => {
  const findings: Finding[] = [];
  const ids = [...orgs.keys()].filter((orgId) => (orgs.get(orgId)?.entry ?? 0) > 0);
  for (let from = 0; from < ids.length; from += ORGS_PER_QUERY) {
    const some = ids.slice(from, from + ORGS_PER_QUERY);
    const entries = some.map((orgId) => orgs.get(orgId)?.entry);
    for (const row of await sql.query<EntryRow>(ENTRIES, [some, entries])) findings.push(...wrongEntry(row, orgs));
    for (const row of await sql.query<AccountRow>(ACCOUNTS, [some])) findings.push(...wrongAccount(row, orgs));
  }
  return findings;
};

const wrongEntry = (row: EntryRow, orgs: ReadonlyMap<OrgId, OrgLedger>): Finding[] => {
  const ledger = orgs.get(row.org_id);
  if (ledger === undefined) return [];
  const found = (problem: string) => [{ orgId: row.org_id, partition: row.partition ?? -1, offset: null, problem }];
  if (row.hash === null) return found(`credit_entries has no entry ${ledger.entry}`);
  if (row.hash !== ledger.hash) return found(`credit_entries: entry ${ledger.entry} has another hash`);
  if (Number(row.balance) !== ledger.balance || Number(row.available) !== ledger.balance - ledger.reserved) {
    return found(`credit_entries: entry ${ledger.entry} has another balance`);
  }
  const complete = Number(row.entries) === ledger.entry && Number(row.total) === ledger.balance;
  return complete ? [] : found(`credit_entries do not sum up to the balance after entry ${ledger.entry}`);
};

const wrongAccount = (row: AccountRow, orgs: ReadonlyMap<OrgId, OrgLedger>): Finding[] => {
  const ledger = orgs.get(row.org_id);
  // The account has moved on since the log was read: its entry has been compared instead.
  if (ledger === undefined || Number(row.entry) !== ledger.entry) return [];
  const same =
    row.hash === ledger.hash && Number(row.balance) === ledger.balance && Number(row.reserved) === ledger.reserved;
  const problem = `credit_accounts: balance ${row.balance}, reserved ${row.reserved}; the log says ${ledger.balance}, ${ledger.reserved}`;
  return same ? [] : [{ orgId: row.org_id, partition: row.partition, offset: null, problem }];
};
