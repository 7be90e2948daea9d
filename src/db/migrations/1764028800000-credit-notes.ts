import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The operator's words about a grant, refund or adjustment, sealed under a key of their own (API CR-10, CR-12). */
export class CreditNotes1764028800000 implements MigrationInterface {
  readonly name = 'CreditNotes1764028800000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table credit_entries add column note_key_id text, add column note_sealed text');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table credit_entries drop column note_key_id, drop column note_sealed');
  }
}
