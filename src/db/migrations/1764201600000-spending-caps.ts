import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Caps of API keys (configuration), and the settings of orgs (a read model: the log has them). API CR-07, WF-10. */
const SPENDING_CAPS = `
alter table api_keys
  add column daily_cap bigint check (daily_cap >= 0), add column total_cap bigint check (total_cap >= 0);
create table settings (
  org_id text primary key, settings jsonb not null, version int not null, changed_by text not null,
  changed_at timestamptz not null, partition smallint not null, seq bigint not null
);`;

export class SpendingCaps1764201600000 implements MigrationInterface {
  readonly name = 'SpendingCaps1764201600000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(SPENDING_CAPS);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table settings; alter table api_keys drop column daily_cap, drop column total_cap');
  }
}
