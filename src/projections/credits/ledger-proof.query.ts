import { statement, type Sql } from '../../db/database.js';
import type { LedgerStatement } from '../../domain/credits/ledger-statement.js';
import type { OrgHead } from '../../domain/credits/merkle.js';
import type { OrgId } from '../../domain/kernel/ids.js';
import { instantOf } from '../../domain/kernel/instant.js';

/** A signed statement with what it says of one org. */
export interface CoveringStatement {
  readonly statement: LedgerStatement;
  readonly signature: string;
  /** upToSeq of the statement before; 0 for the first. */
  readonly fromSeq: number;
  /** The last entry of the org that it covers. */
  readonly head: OrgHead;
}

/** The first statement that covers the entry. What an org's chain grew by between two statements is read by seq. */
const COVERING = statement(
  'ledger_covering',
  `select k.*, h.entry as head_entry, h.hash as head_hash,
     coalesce((select max(b.up_to_seq) from ledger_checkpoints b
               where b.partition = k.partition and b.up_to_seq < k.up_to_seq), 0) as from_seq
   from credit_entries e
   join lateral (select * from ledger_checkpoints c where c.partition = e.partition and c.up_to_seq >= e.seq
                 order by c.up_to_seq limit 1) k on true
   join lateral (select n.entry, n.hash from credit_entries n
                 where n.partition = e.partition and n.seq between e.seq and k.up_to_seq and n.org_id = e.org_id
                 order by n.seq desc limit 1) h on true
   where e.org_id = $1 and e.entry = $2`,
);

const LAST_COVERED = statement(
  'ledger_last_covered',
  `select e.entry from credit_entries e
   where e.org_id = $1 and e.seq <= (select max(c.up_to_seq) from ledger_checkpoints c where c.partition = e.partition)
   order by e.entry desc limit 1`,
);

const HEADS = statement(
  'ledger_heads',
  `select distinct on (org_id) org_id, entry, hash from credit_entries
   where partition = $1 and seq > $2 and seq <= $3 order by org_id, seq desc`,
);

export class LedgerProofQuery {
  constructor(private readonly sql: Sql) {}

  /** null: there is no such entry, or no statement covers it yet. */
  async covering(orgId: OrgId, entry: number): Promise<CoveringStatement | null> {
    const [row] = await this.sql.query<CoveringRow>(COVERING, [orgId, entry]);
    return row === undefined ? null : coveringOf(orgId, row);
  }

  /** Number of the newest entry that a statement covers; 0: none. */
  async lastCovered(orgId: OrgId): Promise<number> {
    const [row] = await this.sql.query<{ entry: string }>(LAST_COVERED, [orgId]);
    return Number(row?.entry ?? 0);
  }

  /** The leaves of a statement: the heads of all orgs, in no order. */
  async heads({ statement: { partition, upToSeq }, fromSeq }: CoveringStatement): Promise<readonly OrgHead[]> {
    const rows = await this.sql.query<HeadRow>(HEADS, [partition, fromSeq, upToSeq]);
    return rows.map(({ org_id: org, entry, hash }) => ({ org, entry: Number(entry), hash }));
  }
}

interface HeadRow {
  readonly org_id: OrgId;
  readonly entry: string;
  readonly hash: string;
}
interface CoveringRow {
  readonly partition: number;
  readonly up_to_seq: string;
  readonly as_of: Date;
  readonly heads: number;
  readonly merkle_root: string;
  readonly previous: string;
  readonly key_id: string;
  readonly signature: string;
  readonly from_seq: string;
  readonly head_entry: string;
  readonly head_hash: string;
}

const coveringOf = (org: OrgId, row: CoveringRow): CoveringStatement => ({
  statement: {
    partition: row.partition,
    upToSeq: Number(row.up_to_seq),
    asOf: instantOf(row.as_of.getTime()),
    heads: row.heads,
    merkleRoot: row.merkle_root,
    previous: row.previous,
    keyId: row.key_id,
  },
  signature: row.signature,
  fromSeq: Number(row.from_seq),
  head: { org, entry: Number(row.head_entry), hash: row.head_hash },
});
