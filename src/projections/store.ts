import { statement, type Sql, type Statement } from '../db/database.js';
import type { Move } from '../log/checkpoint.js';
import { TABLES, type TableWrite } from './batch.js';
import { PROJECTION_CHECKPOINTS } from './checkpoints.js';

/** Which tables were written: a rebuild swaps them for others. */
export type Generation = number;

/**
 * Rows and positions in one statement: one round trip, one transaction. Every write depends on the compare-and-set
 * of all positions, and on the tables still being those of `expected`; null when it fails, and then nothing is written.
 */
export const storeBatch = async (
  sql: Sql,
  writes: readonly TableWrite[],
  { moves, expected }: { readonly moves: readonly Move[]; readonly expected: Generation | null },
): Promise<Generation | null> => {
  const { name, text, values } = PROJECTION_CHECKPOINTS.advanceOf(moves, expected);
  const store = named(`store_${name}_${tablesIn(writes)}`, () => {
    const condition = 'exists (select from advanced)';
    const inserts = insertsOf(writes, { firstParameter: values.length + 1, condition, mode: 'upsert' });
    return `with ${[text, ...inserts].join(',\n')} select generation from advanced`;
  });
  const [row] = await sql.query<{ generation: Generation }>(store, [...values, ...parametersOf(writes)]);
  return row?.generation ?? null;
};

/** Rows alone (rebuild). `fill`: append-only tables have no keys yet, and get no row twice. */
export const writeRows = async (sql: Sql, writes: readonly TableWrite[], mode: 'upsert' | 'fill'): Promise<void> => {
  if (writes.length === 0) return;
  const write = named(`${mode}_${tablesIn(writes)}`, () => {
    const inserts = insertsOf(writes, { firstParameter: 1, condition: 'true', mode });
    return `with ${inserts.join(',\n')} select 1`;
  });
  await sql.query(write, parametersOf(writes));
};

interface InsertsOptions {
  readonly firstParameter: number;
  readonly condition: string;
  readonly mode: 'upsert' | 'fill';
}

const insertsOf = (writes: readonly TableWrite[], { firstParameter, condition, mode }: InsertsOptions) => {
  let next = firstParameter;
  return writes.map(({ table, parameters }) => {
    const isBare = mode === 'fill' && table.appendOnly;
    const insert = table.insertSql({ firstParameter: next, condition, mode: isBare ? 'insert' : 'upsert' });
    next += parameters.length;
    return `into_${table.name} as (${insert})`;
  });
};

const parametersOf = (writes: readonly TableWrite[]): readonly unknown[] =>
  writes.flatMap(({ parameters }) => parameters);

/** A number with one bit per table: names of prepared statements are cut at 63 bytes. */
const tablesIn = (writes: readonly TableWrite[]): number =>
  writes.reduce((bits, { table }) => bits | (1 << TABLES.findIndex(({ name }) => name === table.name)), 0);

/** One per set of tables that batches touch together: at most 2 to the number of tables, of each kind. */
const statements = new Map<string, Statement>();

const named = (name: string, build: () => string): Statement => {
  const known = statements.get(name);
  if (known !== undefined) return known;
  const built = statement(name, build());
  statements.set(name, built);
  return built;
};
