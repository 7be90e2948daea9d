import { statement, type Sql } from '../db/database.js';
import type { Account } from '../domain/credits/account.js';
import { NO_MARK, type LedgerMark } from '../domain/credits/ledger-statement.js';
import type { OrgHead } from '../domain/credits/merkle.js';
import { invariant } from '../domain/kernel/errors.js';
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
 * the seq of an account is that of its last entry. The mark is parsed once, not for every account.
 */
const GROWN = statement(
  'decider-ledger-heads',
  `with mark as materialized (
     select state_json, (state_json::json ->> 'upToSeq')::bigint as up_to_seq from aggregates
     where stream = 'checkpoint/' || $1::smallint
   )
   select c.claim, c.seq, c.time_ms, mark.state_json as mark, a.state_json as account, a.seq <= c.seq as settled
   from decider_checkpoints c
   left join mark on true
   left join aggregates a on a.partition = c.partition and a.stream like 'account/%'
     and a.seq > coalesce(mark.up_to_seq, 0)
   where c.partition = $1`,
);

interface GrownRow {
  readonly claim: string;
  readonly seq: string;
  readonly time_ms: string;
  /** JSON, as the states of accounts are; null: there is none. */
  readonly mark: string | null;
  readonly account: string | null;
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
      mark: first.mark === null ? NO_MARK : (JSON.parse(first.mark) as LedgerMark),
      claim: first.claim,
      upToSeq: Number(first.seq),
      asOf: instantOf(Number(first.time_ms)),
      heads: rows.flatMap(({ account }) => (account === null ? [] : [headOf(JSON.parse(account) as Account)])),
    };
  }
}

const headOf = ({ orgId, entry, hash }: Account): OrgHead => ({ org: orgId, entry, hash });
