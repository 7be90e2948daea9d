import { randomUUID } from 'node:crypto';
import { Database, statement } from '../../src/db/database.js';
import { migrate } from '../../src/db/migrate.js';
import { systemClock } from '../../src/observability/clock.js';
import type { IdentityOpener } from '../../src/projections/persons/identities.js';
import { Positions } from '../../src/projections/positions.js';
import { Projector } from '../../src/projections/projector.js';
import { testStack } from '../support/stack.js';

export interface ReadSide {
  readonly schema: string;
  readonly database: Database;
  readonly positions: Positions;
  readonly projector: Projector;
  /** Every row of a table as JSON, in the order of its text. */
  rows(table: string): Promise<readonly Record<string, unknown>[]>;
  close(): Promise<void>;
}

/** What stories seal is text in Base64: it stands for a first name. */
export const storyIdentities: IdentityOpener = {
  openAll: (boxes) =>
    Promise.resolve(
      new Map(boxes.map(({ sealed }) => [sealed, { firstName: Buffer.from(sealed, 'base64').toString('utf8') }])),
    ),
};

/** Migrated tables in a schema of their own. */
export const openReadSide = async (): Promise<ReadSide> => {
  const schema = `projections_${randomUUID().slice(0, 8)}`;
  const database = await Database.connect({ url: testStack().databaseUrl, schema, durability: 'relaxed' });
  await migrate(database, { url: testStack().databaseUrl, schema });
  const positions = new Positions({ sql: database, clock: systemClock });
  return {
    schema,
    database,
    positions,
    projector: new Projector({ database, positions, identities: storyIdentities }),
    rows: async (table) => {
      const query = statement('', `select to_jsonb(t) as row from ${table} t order by t::text`);
      return (await database.query<{ row: Record<string, unknown> }>(query)).map(({ row }) => row);
    },
    close: async () => {
      await database.query(statement('', `drop schema "${schema}" cascade`));
      await database.close();
    },
  };
};
