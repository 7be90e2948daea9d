import type { Sql } from '../../src/db/database.js';
import type { OrgId, Sha256 } from '../../src/domain/kernel/ids.js';
import { EntryDigests } from './entry-digests.js';
import type { Finding, OrgLedger } from './ledger-auditor.js';
import { ACCOUNTS, ENTRIES, type Cells } from './read-model.js';

type Ledgers = ReadonlyMap<OrgId, OrgLedger>;

/** More than a person reads; a read model that is wrong throughout must not fill the memory. */
export const FINDINGS_MAX = 1_000;

/** A row of the read model that is wrong while the log is right. */
export const wrongRow = (orgId: OrgId, problem: string, partition: number | null = null): Finding => ({
  orgId,
  partition,
  offset: null,
  problem,
});

/** Every row of `credit_accounts` against the ledger that the log comes to at the same instant, and none missing. */
export const compareAccounts = async (sql: Sql, ledgers: Ledgers): Promise<readonly Finding[]> => {
  const findings: Finding[] = [];
  const found = (finding: Finding): void => void (findings.length < FINDINGS_MAX && findings.push(finding));
  const missing = new Set([...ledgers].flatMap(([orgId, { last }]) => (last === null ? [] : [orgId])));
  for await (const rows of ACCOUNTS.pages(sql)) {
    for (const row of rows) {
      const orgId = row[0] as OrgId;
      missing.delete(orgId);
      accountProblems(row, ledgers.get(orgId)).forEach((problem) => found(wrongRow(orgId, problem)));
    }
  }
  for (const orgId of missing) found(wrongRow(orgId, 'credit_accounts has no row of the org'));
  return findings;
};

const accountProblems = (row: Cells, ledger: OrgLedger | undefined): readonly string[] => {
  const event = ledger?.last ?? null;
  if (ledger === undefined || event === null) return ['credit_accounts has a row of an org that the log does not know'];
  const differences = ACCOUNTS.differences(row, ACCOUNTS.expected({ event, ledger }));
  return differences.map((difference) => `credit_accounts: ${difference}`);
};

export interface EntryComparison {
  /** Entries that the log does not hold. */
  readonly findings: readonly Finding[];
  /** Orgs with an entry that is missing or differs. */
  readonly wrong: ReadonlySet<OrgId>;
}

/** Every row of `credit_entries` against `expected`, the digests of what the log implies. */
export const compareEntries = async (
  sql: Sql,
  ledgers: Ledgers,
  { expected, sha256 }: { readonly expected: EntryDigests; readonly sha256: Sha256 },
): Promise<EntryComparison> => {
  const stored = new EntryDigests(sha256);
  const strange = new Map<OrgId, string>();
  for await (const rows of ENTRIES.pages(sql)) {
    for (const row of rows) {
      const [orgId, entry] = row as [OrgId, string];
      const isKnown = Number(entry) >= 1 && Number(entry) <= (ledgers.get(orgId)?.entry ?? 0);
      if (isKnown) stored.add(orgId, row);
      else if (strange.size < FINDINGS_MAX && !strange.has(orgId)) strange.set(orgId, entry);
    }
  }
  const findings = [...strange].map(([orgId, entry]) =>
    wrongRow(orgId, `credit_entries: entry ${entry} is not in the log (the first of its org that is not)`),
  );
  return { findings, wrong: expected.differingFrom(stored) };
};
