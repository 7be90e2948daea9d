import type { Sql } from '../../src/db/database.js';
import type { OrgId } from '../../src/domain/kernel/ids.js';
import { FINDINGS_MAX, wrongRow } from './compare-read-model.js';
import type { CreditStored, Finding, OrgLedger } from './ledger-auditor.js';
import { ENTRIES, keyOf, ROWS_PER_QUERY, type Cells } from './read-model.js';

const FINDINGS_PER_ORG_MAX = 10;

/** Names the entries of the orgs in `wrong` that are missing or differ, while the log is read once more. */
export class EntryLocator {
  private readonly found = new Map<OrgId, Finding[]>();
  private waiting: Cells[] = [];

  constructor(
    private readonly sql: Sql,
    private readonly wrong: ReadonlySet<OrgId>,
  ) {}

  /** An org whose digest differs is a finding even if no single row of it does. */
  get findings(): readonly Finding[] {
    const all = [...this.wrong].flatMap(
      (orgId) => this.found.get(orgId) ?? [wrongRow(orgId, 'credit_entries: they are not those of the log')],
    );
    return all.slice(0, FINDINGS_MAX);
  }

  readonly onEntry = (event: CreditStored, ledger: OrgLedger): void => {
    const known = this.found.get(event.orgId)?.length ?? 0;
    if (this.wrong.has(event.orgId) && known < FINDINGS_PER_ORG_MAX) {
      this.waiting.push(ENTRIES.expected({ event, ledger }));
    }
  };

  /** Compares what was read since the last call. */
  async compare(): Promise<void> {
    const expected = this.waiting;
    this.waiting = [];
    for (let from = 0; from < expected.length; from += ROWS_PER_QUERY) {
      const some = expected.slice(from, from + ROWS_PER_QUERY);
      const rows = await ENTRIES.find(this.sql, some);
      for (const cells of some) this.locate(cells, rows.get(keyOf(cells)));
    }
  }

  private locate(expected: Cells, row: Cells | undefined): void {
    const [orgId, entry] = expected as [OrgId, string];
    const differences = row === undefined ? ['is missing'] : ENTRIES.differences(row, expected);
    if (differences.length === 0) return;
    const known = this.found.get(orgId) ?? [];
    if (known.length >= FINDINGS_PER_ORG_MAX) return;
    this.found.set(orgId, [...known, wrongRow(orgId, `credit_entries: entry ${entry}: ${differences.join('; ')}`)]);
  }
}
