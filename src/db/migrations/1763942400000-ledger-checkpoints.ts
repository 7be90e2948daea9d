import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Signed statements about the ledger (API CR-11). The index over the decider's accounts has only columns that never
 * change, so it costs updates nothing; that over entries finds what has grown between two statements.
 */
const LEDGER_CHECKPOINTS = `
create table ledger_keys (
  key_id text primary key, public_key bytea not null, wrapped_key bytea not null,
  created_at timestamptz not null default now()
);
create table ledger_checkpoints (
  partition smallint not null, up_to_seq bigint not null, as_of timestamptz not null, heads int not null,
  merkle_root text not null, previous text not null, key_id text not null, hash text not null, signature text not null,
  time timestamptz not null, seq bigint not null,
  primary key (partition, up_to_seq)
);
create index credit_entries_by_seq on credit_entries (partition, seq);
create index aggregates_accounts on aggregates (partition) where stream like 'account/%';`;

export class LedgerCheckpoints1763942400000 implements MigrationInterface {
  readonly name = 'LedgerCheckpoints1763942400000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(LEDGER_CHECKPOINTS);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop index aggregates_accounts; drop index credit_entries_by_seq;
drop table ledger_checkpoints; drop table ledger_keys`);
  }
}
