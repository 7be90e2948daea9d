import { statement, type Sql, type Statement } from '../../db/database.js';
import type { LedgerType } from '../../domain/credits/chain.js';
import { idOfHash, type KeyId, type OrgId, type Sealed } from '../../domain/kernel/ids.js';
import { instantOf, type Instant } from '../../domain/kernel/instant.js';
import type { GrantShare, SealedNote } from '../../events/credit.events.js';

export type TransactionType = 'credit_added' | 'credit_consumed';

/** One movement of the balance (API CR-09); what is only set aside, or given back, is none. */
export interface TransactionView {
  /** Of a capture: what the enrichment names as its `creditTransactionId`; of a refund or an adjustment, too; of a grant: its id. */
  readonly id: string;
  readonly type: TransactionType;
  /** Never negative: `type` is the sign. */
  readonly amount: number;
  readonly operationType: string;
  readonly source: string | null;
  readonly referenceId: string | null;
  readonly metadata: Readonly<Record<string, unknown>>;
  /** What an operator said about it. */
  readonly note: SealedNote | null;
  readonly createdAt: Instant;
  readonly entry: number;
  readonly balanceAfter: number;
}

/** null: whatever it is. */
export interface HistoryFilter {
  readonly from: Instant | null;
  /** Not included. */
  readonly until: Instant | null;
  readonly type: TransactionType | null;
  readonly operationType: string | null;
}

export interface HistoryPage {
  readonly filter: HistoryFilter;
  /** At most HISTORY_PAGE_MAX. */
  readonly limit: number;
  /** Entry that the page before ended with; null: from the newest on. */
  readonly before: number | null;
  /** Transactions that are skipped. */
  readonly offset: number;
}

/** API X-12, and one more that tells whether there is a next page. */
export const HISTORY_PAGE_MAX = 201;

export class CreditHistoryQuery {
  constructor(private readonly sql: Sql) {}

  /** Newest first. */
  async list(orgId: OrgId, page: HistoryPage): Promise<readonly TransactionView[]> {
    const { query, values } = pageQuery(orgId, page);
    return (await this.sql.query<TransactionRow>(query, values)).map(viewOfRow);
  }
}

const COLUMNS = `entry, type, amount, reservation_id, enrichment_id, transaction_id,
  coalesce(operation_type, type) as operation_type, provider, source, reference_id, reason, note_key_id, note_sealed, grants,
  expires_at, balance_after, time, hash`;
const SIGN: Readonly<Record<TransactionType, string>> = { credit_added: 'amount > 0', credit_consumed: 'amount < 0' };
/** The condition of the index over the few entries that are not about an enrichment. */
const RARE = `type not in ('reserve', 'release', 'capture')`;
const ENRICHMENT = 'enrichment_';

/** One prepared statement per set of conditions: with all of them in one text, none could use an index. */
const pageQuery = (orgId: OrgId, page: HistoryPage): { readonly query: Statement; readonly values: unknown[] } => {
  const { from, until, type, operationType } = page.filter;
  const values: unknown[] = [orgId];
  const shape: string[] = [];
  const conditions = ['org_id = $1', type === null ? 'amount <> 0' : SIGN[type]];
  const add = (name: string, value: unknown, condition: (parameter: string) => string): void => {
    if (value === null) return;
    shape.push(name);
    values.push(value);
    conditions.push(condition(`$${values.length}`));
  };
  add('from', from, (at) => `time >= ${at}::timestamptz`);
  add('until', until, (at) => `time < ${at}::timestamptz`);
  add('operation', operationType, (name) => `coalesce(operation_type, type) = ${name}`);
  add('before', page.before, (entry) => `(time, entry) < ((${timeOf(entry)}), ${entry}::bigint)`);
  const isRare = type === 'credit_added' || (operationType !== null && !operationType.startsWith(ENRICHMENT));
  if (isRare) conditions.push(RARE);
  const name = ['credit_history', type ?? 'all', isRare ? 'rare' : 'any', ...shape].join('_');
  values.push(Math.min(page.limit, HISTORY_PAGE_MAX), page.offset);
  const bounds = `limit $${values.length - 1} offset $${values.length}`;
  const text = `select ${COLUMNS} from credit_entries where ${conditions.join(' and ')} order by time desc, entry desc ${bounds}`;
  return { query: statement(name, text), values };
};

const timeOf = (entry: string): string =>
  `select last.time from credit_entries last where last.org_id = $1 and last.entry = ${entry}::bigint`;

interface TransactionRow {
  readonly entry: string;
  readonly type: LedgerType;
  readonly amount: string;
  readonly reservation_id: string | null;
  readonly enrichment_id: string | null;
  readonly transaction_id: string | null;
  readonly operation_type: string;
  readonly provider: string | null;
  readonly source: string | null;
  readonly reference_id: string | null;
  readonly reason: string | null;
  readonly note_key_id: KeyId | null;
  readonly note_sealed: Sealed | null;
  readonly grants: readonly GrantShare[];
  readonly expires_at: Date | null;
  readonly balance_after: string;
  readonly time: Date;
  readonly hash: string;
}

const viewOfRow = (row: TransactionRow): TransactionView => ({
  id: idOf(row),
  type: Number(row.amount) > 0 ? 'credit_added' : 'credit_consumed',
  amount: Math.abs(Number(row.amount)),
  operationType: row.operation_type,
  source: row.source,
  referenceId: row.reference_id,
  metadata: metadataOf(row),
  note: noteOf(row),
  createdAt: instantOf(row.time.getTime()),
  entry: Number(row.entry),
  balanceAfter: Number(row.balance_after),
});

/** A grant may expire in several parts, so the id of an expiry is made from what is unique about it. */
const idOf = ({ type, transaction_id, grants, hash }: TransactionRow): string => {
  if (transaction_id !== null) return transaction_id;
  return type === 'grant' && grants[0] !== undefined ? grants[0].grantId : idOfHash(hash);
};

const noteOf = ({ note_key_id: keyId, note_sealed: sealed }: TransactionRow): SealedNote | null =>
  keyId === null || sealed === null ? null : { keyId, sealed };

const metadataOf = (row: TransactionRow): TransactionView['metadata'] => {
  const { type, enrichment_id: enrichmentId, reservation_id: reservationId, provider, grants, expires_at } = row;
  if (type === 'capture') return { enrichmentId, reservationId, provider };
  if (type === 'refund') return { enrichmentId, reasonCode: row.reason };
  if (type === 'adjust') return { reasonCode: row.reason };
  if (type === 'grant') return { expiresAt: expires_at === null ? null : instantOf(expires_at.getTime()) };
  return { grantId: grants[0]?.grantId ?? null };
};
