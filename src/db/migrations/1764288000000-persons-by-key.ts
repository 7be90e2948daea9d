import type { MigrationInterface, QueryRunner } from 'typeorm';

/** An import looks its people up by the keys of their identities (API PR-04). */
export class PersonsByKey1764288000000 implements MigrationInterface {
  readonly name = 'PersonsByKey1764288000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('create index persons_by_key on persons (org_id, key_id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop index persons_by_key');
  }
}
