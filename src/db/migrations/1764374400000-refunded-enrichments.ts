import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Receipts show what came back (API CR-08, CR-12). Rows from before say 0 until `tributary rebuild`. */
export class RefundedEnrichments1764374400000 implements MigrationInterface {
  readonly name = 'RefundedEnrichments1764374400000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table enrichments add column refunded bigint not null default 0');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table enrichments drop column refunded');
  }
}
