import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Due never, answered, and of no partition: no statement finds them. About 250 pages and 2 MB, three times what it takes for
 * the key to look cheaper than reading all. JSON, because earlier migrations convert it when they are undone.
 */
const BALLAST = `insert into attempts (enrichment_id, partition, org_id, correlation_id, field, plan_json, identities, key_id,
    sealed, deadline_at, attempt, step, provider, due_at, answer_json)
  select gen_random_uuid(), -1, '', '', '', to_json(repeat('-', 400)), '{}', '', '', now(), 1, 1, '', 'infinity', 'null'
  from generate_series(1, 2000)`;

/**
 * A queue is empty again and again, and so are Postgres' statistics of it. Whatever was planned then expected to find one
 * row, read the whole table or index to find a hundred, and went on to do so when it was thousands of pages long (ADR 14).
 * With some rows that stay, a statement that names its rows is planned by their key whenever that is.
 */
export class AttemptsBallast1764547200000 implements MigrationInterface {
  readonly name = 'AttemptsBallast1764547200000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(BALLAST);
    await runner.query('analyze attempts');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('delete from attempts where partition = -1');
  }
}
