import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * JSON that only the service itself reads again: as `json` Postgres parsed a few KB for every enrichment. The columns get
 * other names, so that an older version, which takes what it reads for parsed, fails instead of misreading.
 */
const COLUMNS = {
  aggregates: ['state'],
  attempts: ['plan', 'answer'],
} as const;

const RENAMED = Object.entries(COLUMNS).flatMap(([table, columns]) =>
  columns.map((column) => [table, column] as const),
);

const convert = async (runner: QueryRunner, type: 'json' | 'text'): Promise<void> => {
  for (const [table, columns] of Object.entries(COLUMNS)) {
    // All at once: each of these statements writes the table anew.
    const changes = columns.map((column) => `alter column ${column}_json type ${type} using ${column}_json::${type}`);
    await runner.query(`alter table ${table} ${changes.join(', ')}`);
    await runner.query(`analyze ${table}`); // What was known of the values went with their type.
  }
};

/** Writes both tables anew, which nobody can use meanwhile; until it is done they stand on the disk twice. */
export class CheaperWrites1764460800000 implements MigrationInterface {
  readonly name = 'CheaperWrites1764460800000';

  async up(runner: QueryRunner): Promise<void> {
    for (const [table, column] of RENAMED)
      await runner.query(`alter table ${table} rename ${column} to ${column}_json`);
    await convert(runner, 'text');
  }

  async down(runner: QueryRunner): Promise<void> {
    await convert(runner, 'json');
    for (const [table, column] of RENAMED)
      await runner.query(`alter table ${table} rename ${column}_json to ${column}`);
  }
}
