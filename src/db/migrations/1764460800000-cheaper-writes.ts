import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * JSON that only the service itself reads again: as `json` Postgres parsed a few KB for every enrichment. The columns get
 * other names, so that an older version, which takes what it reads for parsed, fails instead of misreading.
 */
const COLUMNS = {
  aggregates: ['state'],
  attempts: ['plan', 'answer'],
} as const;

const convert = async (runner: QueryRunner, type: 'json' | 'text'): Promise<void> => {
  for (const [table, columns] of Object.entries(COLUMNS)) {
    for (const column of columns) {
      const [from, to] = type === 'text' ? [column, `${column}_json`] : [`${column}_json`, column];
      await runner.query(`alter table ${table} rename column ${from} to ${to}`);
    }
    const names = columns.map((column) => (type === 'text' ? `${column}_json` : column));
    const changes = names.map((name) => `alter column ${name} type ${type} using ${name}::${type}`);
    await runner.query(`alter table ${table} ${changes.join(', ')}`);
    await runner.query(`analyze ${table}`);
  }
};

/** Writes both tables anew, which nobody can use meanwhile; until it is done they stand on the disk twice. */
export class CheaperWrites1764460800000 implements MigrationInterface {
  readonly name = 'CheaperWrites1764460800000';

  up(runner: QueryRunner): Promise<void> {
    return convert(runner, 'text');
  }

  down(runner: QueryRunner): Promise<void> {
    return convert(runner, 'json');
  }
}
