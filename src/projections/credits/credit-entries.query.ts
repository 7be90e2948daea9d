import { statement, type Sql } from '../../db/database.js';
import type { ChainFields, LedgerType } from '../../domain/credits/chain.js';
import type { OrgId, ReservationId } from '../../domain/kernel/ids.js';
import { instantOf } from '../../domain/kernel/instant.js';
import type { GrantShare } from '../../events/credit.events.js';

/** One link of the chain: what is hashed, but for the installation's unit, and the hash (API CR-10). */
export interface EntryView extends Omit<ChainFields, 'unit'> {
  readonly hash: string;
}

export interface EntriesPage {
  /** At most ENTRIES_PAGE_MAX. */
  readonly limit: number;
  /** Entry that the page before ended with; 0: from the first on. */
  readonly after: number;
}

export const ENTRIES_PAGE_MAX = 1_000;

const PAGE = statement(
  'credit_entries_page',
  `select org_id, entry, type, amount, reserved_delta, reservation_id, grants, time, prev_hash, hash
   from credit_entries where org_id = $1 and entry > $2 order by entry limit $3`,
);

const LAST = statement(
  'credit_entry_last',
  'select entry from credit_entries where org_id = $1 order by entry desc limit 1',
);

export class CreditEntriesQuery {
  constructor(private readonly sql: Sql) {}

  /** Number of the newest entry; 0 when there is none. */
  async last(orgId: OrgId): Promise<number> {
    const [row] = await this.sql.query<{ entry: string }>(LAST, [orgId]);
    return Number(row?.entry ?? 0);
  }

  /** In the order of the chain. */
  async list(orgId: OrgId, { limit, after }: EntriesPage): Promise<readonly EntryView[]> {
    const rows = await this.sql.query<EntryDbRow>(PAGE, [orgId, after, Math.min(limit, ENTRIES_PAGE_MAX)]);
    return rows.map(viewOfRow);
  }
}

interface EntryDbRow {
  readonly org_id: OrgId;
  readonly entry: string;
  readonly type: LedgerType;
  readonly amount: string;
  readonly reserved_delta: string;
  readonly reservation_id: ReservationId | null;
  readonly grants: readonly GrantShare[];
  readonly time: Date;
  readonly prev_hash: string;
  readonly hash: string;
}

const viewOfRow = (row: EntryDbRow): EntryView => ({
  org: row.org_id,
  entry: Number(row.entry),
  type: row.type,
  amount: Number(row.amount),
  reservedDelta: Number(row.reserved_delta),
  reservationId: row.reservation_id,
  grants: row.grants,
  time: instantOf(row.time.getTime()),
  prevHash: row.prev_hash,
  hash: row.hash,
});
