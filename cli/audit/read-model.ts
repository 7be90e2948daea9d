import { statement, type Sql, type Statement } from '../../src/db/database.js';
import { compareBurnOrder } from '../../src/domain/credits/grants.js';
import { ledgerEntryOf } from '../../src/domain/credits/chain.js';
import { epochMsOf, type Instant } from '../../src/domain/kernel/instant.js';
import type { SealedNote } from '../../src/events/credit.events.js';
import { nextExpiryOf } from '../../src/projections/credits/next-expiry.js';
import type { CreditStored, OrgLedger } from './ledger-auditor.js';

/** The log's side of a row: the entry's event, and the ledger right after it. */
export interface AuditedEntry {
  readonly event: CreditStored;
  readonly ledger: OrgLedger;
}

/** One column as text, so that both sides compare without loss; null as in the table. */
export type Cell = string | null;
export type Cells = readonly Cell[];

interface AuditedColumn<Source> {
  readonly name: string;
  readonly sql: string;
  readonly expected: (source: Source) => Cell;
}

const plain = <Source>(
  name: string,
  value: (source: Source) => string | number | null | undefined,
): AuditedColumn<Source> => ({
  name,
  sql: `${name}::text as ${name}`,
  expected: (source) => {
    const given = value(source) ?? null;
    return given === null ? null : String(given);
  },
});

/** In seconds with all of the microseconds that the table can hold. */
const instant = <Source>(name: string, value: (source: Source) => Instant | null): AuditedColumn<Source> => ({
  name,
  sql: `extract(epoch from ${name})::text as ${name}`,
  expected: (source) => {
    const given = value(source);
    return given === null ? null : (epochMsOf(given) / 1_000).toFixed(6);
  },
});

const json = <Source>(name: string, value: (source: Source) => unknown): AuditedColumn<Source> => ({
  name,
  sql: name,
  expected: (source) => canonical(value(source)),
});

/** The order of keys is the database's. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) =>
    part !== null && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([left], [right]) => (left < right ? -1 : 1)))
      : part,
  );

/** Of the fields that only some types of entries have. */
const field =
  (name: string) =>
  ({ event }: AuditedEntry): string | null =>
    (event.data as unknown as Readonly<Record<string, string | null>>)[name] ?? null;

const noteOf = ({ event }: AuditedEntry): SealedNote | undefined =>
  'note' in event.data ? event.data.note : undefined;

/** Of entries that do not name an operation themselves (CR-09). */
const OPERATIONS: Readonly<Record<string, string>> = {
  CreditsExpired: 'expiry',
  CreditsRefunded: 'refund',
  CreditsAdjusted: 'adjustment',
};

const nextExpiry = ({ ledger }: AuditedEntry) => nextExpiryOf({ grants: [...ledger.grants.values()] });

const ENTRY_COLUMNS: readonly AuditedColumn<AuditedEntry>[] = [
  plain('org_id', ({ event }) => event.orgId),
  plain('entry', ({ event }) => event.data.entry),
  plain('type', ({ event }) => ledgerEntryOf(event).type),
  plain('amount', ({ event }) => ledgerEntryOf(event).amount),
  plain('reserved_delta', ({ event }) => ledgerEntryOf(event).reservedDelta),
  plain('reservation_id', field('reservationId')),
  plain('enrichment_id', field('enrichmentId')),
  plain('transaction_id', field('transactionId')),
  plain('operation_type', (entry) => OPERATIONS[entry.event.type] ?? field('operationType')(entry)),
  plain('provider', field('provider')),
  plain('source', field('source')),
  plain('reference_id', field('referenceId')),
  plain('reason', (entry) => field('reason')(entry) ?? field('reasonCode')(entry)),
  json('grants', ({ event }) => event.data.grants),
  plain('balance_after', ({ ledger }) => ledger.balance),
  plain('available_after', ({ ledger }) => ledger.balance - ledger.reserved),
  instant('expires_at', (entry) => field('expiresAt')(entry) as Instant | null),
  plain('note_key_id', (entry) => noteOf(entry)?.keyId),
  plain('note_sealed', (entry) => noteOf(entry)?.sealed),
  plain('next_expiry_amount', (entry) => nextExpiry(entry)?.amount),
  instant('next_expiry_at', (entry) => nextExpiry(entry)?.at ?? null),
  instant('time', ({ event }) => event.time),
  plain('prev_hash', ({ event }) => event.data.prevHash),
  plain('hash', ({ event }) => event.data.hash),
  plain('event_id', ({ event }) => event.id),
  plain('partition', ({ event }) => event.partition),
  plain('seq', ({ event }) => event.seq),
];

const ACCOUNT_COLUMNS: readonly AuditedColumn<AuditedEntry>[] = [
  plain('org_id', ({ event }) => event.orgId),
  plain('entry', ({ ledger }) => ledger.entry),
  plain('balance', ({ ledger }) => ledger.balance),
  plain('reserved', ({ ledger }) => ledger.reserved),
  json('grants', ({ ledger }) => [...ledger.grants.values()].toSorted(compareBurnOrder)),
  plain('hash', ({ ledger }) => ledger.hash),
  instant('updated_at', ({ event }) => event.time),
  plain('partition', ({ event }) => event.partition),
  plain('seq', ({ event }) => event.seq),
];

/** A table of the read model as the audit looks at it; `org_id` is the first column, `entry` the second. */
export class AuditedTable {
  private readonly page: Statement;
  private readonly some: Statement;

  constructor(
    readonly name: string,
    private readonly columns: readonly AuditedColumn<AuditedEntry>[],
    private readonly rowsPerQuery: number,
  ) {
    const select = `select ${columns.map(({ sql }) => sql).join(', ')} from ${name}`;
    const order = `order by ${name}.org_id, ${name}.entry`;
    this.page = statement(
      `audit_${name}_page`,
      `${select} where (${name}.org_id, ${name}.entry) > ($1::text, $2::bigint) ${order} limit ${rowsPerQuery}`,
    );
    this.some = statement(
      `audit_${name}_some`,
      `${select} where (${name}.org_id, ${name}.entry) in (select * from unnest($1::text[], $2::bigint[]))`,
    );
  }

  /** All rows by org and entry, a bounded number of them at a time. */
  async *pages(sql: Sql): AsyncGenerator<readonly Cells[]> {
    let after: Cells = BEFORE_ALL;
    for (;;) {
      const rows = (await sql.query<DbRow>(this.page, after)).map(this.cellsOf);
      if (rows.length > 0) yield rows;
      if (rows.length < this.rowsPerQuery) return;
      after = rows.at(-1)?.slice(0, 2) ?? after;
    }
  }

  /** Rows with these keys, by `keyOf`; at most as many as a page has. */
  async find(sql: Sql, keys: readonly Cells[]): Promise<ReadonlyMap<string, Cells>> {
    const rows = await sql.query<DbRow>(this.some, [keys.map(([org]) => org), keys.map(([, entry]) => entry)]);
    return new Map(rows.map(this.cellsOf).map((cells) => [keyOf(cells), cells]));
  }

  expected(source: AuditedEntry): Cells {
    return this.columns.map((column) => column.expected(source));
  }

  /** What differs, in words; empty when nothing does. */
  differences(found: Cells, expected: Cells): readonly string[] {
    return this.columns.flatMap(({ name }, index) => {
      const [has, should] = [found[index] ?? null, expected[index] ?? null];
      return has === should ? [] : [`${name} is ${has}, the log says ${should}`];
    });
  }

  private readonly cellsOf = (row: DbRow): Cells =>
    this.columns.map(({ name }) => {
      const value = row[name] ?? null;
      return typeof value === 'object' && value !== null ? canonical(value) : (value as Cell);
    });
}

type DbRow = Readonly<Record<string, unknown>>;

export const ROWS_PER_QUERY = 2_000;
/** A forged row may have an empty org or a negative entry. */
const BEFORE_ALL: Cells = ['', '-9223372036854775808'];

export const keyOf = ([org, entry]: Cells): string => `${entry} ${org}`;

export const ENTRIES = new AuditedTable('credit_entries', ENTRY_COLUMNS, ROWS_PER_QUERY);
export const ACCOUNTS = new AuditedTable('credit_accounts', ACCOUNT_COLUMNS, ROWS_PER_QUERY);
