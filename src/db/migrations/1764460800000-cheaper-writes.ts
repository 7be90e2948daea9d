import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Only the service itself reads these again: as `json` Postgres parsed a few KB for every enrichment. They get other
 * names, so that an older version, which takes what it reads for parsed, fails instead of misreading.
 */
const TEXTS = [
  { table: 'aggregates', column: 'state', was: 'json' },
  { table: 'attempts', column: 'plan', was: 'json' },
  { table: 'attempts', column: 'answer', was: 'json' },
  { table: 'enrichments', column: 'pending', was: 'jsonb' },
] as const;

/** Nearly every update changes an indexed column (`due_at`): its new row does not go into the room that was left for it. */
const FULL_PAGES = [
  { table: 'aggregates', was: 80 },
  { table: 'attempts', was: 60 },
] as const;

/** Writes the three tables anew, which nobody can use meanwhile: some seconds for each million enrichments. */
export class CheaperWrites1764460800000 implements MigrationInterface {
  readonly name = 'CheaperWrites1764460800000';

  async up(runner: QueryRunner): Promise<void> {
    for (const { table } of FULL_PAGES) await runner.query(`alter table ${table} reset (fillfactor)`);
    for (const { table, column } of TEXTS) {
      await runner.query(`alter table ${table} alter column ${column} type text using ${column}::text`);
      await runner.query(`alter table ${table} rename column ${column} to ${column}_json`);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const { table, was } of FULL_PAGES) await runner.query(`alter table ${table} set (fillfactor = ${was})`);
    for (const { table, column, was } of TEXTS) {
      await runner.query(`alter table ${table} rename column ${column}_json to ${column}`);
      await runner.query(`alter table ${table} alter column ${column} type ${was} using ${column}::${was}`);
    }
  }
}
