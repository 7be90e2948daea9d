import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What history and balances of the past are answered from (API CR-09). Entries projected before have none of the new
 * columns until `tributary rebuild`. Few entries are anything but reserve, release and capture: they have an index of
 * their own, so that finding them does not read the others.
 */
const CREDIT_HISTORY = `
alter table credit_entries
  add column expires_at timestamptz, add column next_expiry_amount bigint, add column next_expiry_at timestamptz;
create index credit_entries_by_time on credit_entries (org_id, time, entry);
create index credit_entries_rare on credit_entries (org_id, time, entry)
  where type not in ('reserve', 'release', 'capture');`;

export class CreditHistory1763769600000 implements MigrationInterface {
  readonly name = 'CreditHistory1763769600000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(CREDIT_HISTORY);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop index credit_entries_rare; drop index credit_entries_by_time;
alter table credit_entries drop column expires_at, drop column next_expiry_amount, drop column next_expiry_at`);
  }
}
