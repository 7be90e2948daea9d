import { statement, type Sql } from '../db/database.js';
import { NO_MARK, type LedgerMark } from '../domain/credits/ledger-statement.js';
import type { OrgHead } from '../domain/credits/merkle.js';
import { invariant } from '../domain/kernel/errors.js';
import type { OrgId } from '../domain/kernel/ids.js';
import { instantOf, type Instant } from '../domain/kernel/instant.js';

/** The chains of a partition as its snapshot holds them. */
export interface GrownHeads {
  /** The statement that is to be continued. */
  readonly mark: LedgerMark;
  /** Under which the snapshot was written. */
  readonly claim: string;
  /** seq of the last event in the snapshot, and its time. */
  readonly upToSeq: number;
  readonly asOf: Instant;
  /** Of all orgs whose chain has grown since the mark, as of `upToSeq`, in no order. */
  readonly heads: readonly OrgHead[];
}

export interface LedgerHeads {
  /** null: the partition has no snapshot yet. */
  grownIn(partition: number): Promise<GrownHeads | null>;
}

/**
 * One statement, so that all is of the same moment: a snapshot is written in one transaction with its checkpoint, and
 * the seq of an account is that of its last entry.
 */
const GROWN = statement(
  'decider-ledger-heads',
  `select c.claim, c.seq, c.time_ms, m.state_json::json as mark, a.seq <= c.seq as settled, a.state_json::json ->> 'orgId' as org,
     (a.state_json::json ->> 'entry')::bigint as entry, a.state_json::json ->> 'hash' as hash
   from decider_checkpoints c
   left join aggregates m on m.stream = 'checkpoint/' || c.partition
   left join aggregates a on a.partition = c.partition and a.stream like 'account/%'
     and a.seq > coalesce((m.state_json::json ->> 'upToSeq')::bigint, 0)
   where c.partition = $1`,
);

interface GrownRow {
  readonly claim: string;
  readonly seq: string;
  readonly time_ms: string;
  readonly mark: LedgerMark | null;
  readonly org: OrgId | null;
  readonly entry: string | null;
  readonly hash: string | null;
  readonly settled: boolean | null;
}

export class PostgresLedgerHeads implements LedgerHeads {
  constructor(private readonly sql: Sql) {}

  async grownIn(partition: number): Promise<GrownHeads | null> {
    const rows = await this.sql.query<GrownRow>(GROWN, [partition]);
    const [first] = rows;
    if (first === undefined) return null;
    const isSettled = rows.every(({ settled }) => settled !== false);
    invariant(isSettled, `the snapshot of partition ${partition} is ahead of its checkpoint`);
    return {
      mark: first.mark ?? NO_MARK,
      claim: first.claim,
      upToSeq: Number(first.seq),
      asOf: instantOf(Number(first.time_ms)),
      heads: rows.flatMap(({ org, entry, hash }) =>
        org === null || hash === null ? [] : [{ org, entry: Number(entry), hash }],
      ),
    };
  }
}
