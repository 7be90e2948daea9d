import { statement, type Sql } from '../../db/database.js';
import { TABLES } from '../batch.js';

/** All that a rebuild replaces. */
export const REBUILT_TABLES: readonly string[] = [...TABLES.map(({ name }) => name), 'projection_checkpoints'];

/** Where the new generation grows, next to the live tables. */
export const generationSchema = (live: string): string => `${live}_rebuild`;

export interface GenerationPlan {
  /** Makes the schema with its tables; append-only ones without keys. */
  readonly create: string;
  /** For each table keys and indexes that a fill is faster without, then fresh statistics. */
  readonly complete: readonly string[];
}

// Copied from the live tables as they are, so that a later migration needs no second description of them.
const DESCRIBE = statement(
  'describe_read_models',
  `select c.relname as name, c.reloptions as options,
     array(select format('%I %s', n.conname, pg_get_constraintdef(n.oid)) from pg_constraint n
           where n.conrelid = c.oid and n.contype in ('p', 'u') order by 1) as keys,
     array(select pg_get_indexdef(i.indexrelid) from pg_index i where i.indrelid = c.oid
           and not exists (select 1 from pg_constraint n where n.conindid = i.indexrelid) order by 1) as indexes
   from pg_class c where c.relnamespace = $1::regnamespace and c.relname = any($2::text[])
   order by array_position($2::text[], c.relname::text)`,
);

interface TableDescription {
  readonly name: string;
  readonly options: readonly string[] | null;
  readonly keys: readonly string[];
  readonly indexes: readonly string[];
}

export const planGeneration = async (sql: Sql, live: string): Promise<GenerationPlan> => {
  const tables = await sql.query<TableDescription>(DESCRIBE, [live, REBUILT_TABLES]);
  const isFilledBare = new Set(TABLES.filter(({ appendOnly }) => appendOnly).map(({ name }) => name));
  const schema = generationSchema(live);
  const keyed = tables.filter(({ name }) => !isFilledBare.has(name));
  return {
    create: [
      `drop schema if exists "${schema}" cascade; create schema "${schema}"`,
      ...tables.map((table) => createTable(table, live)),
      ...keyed.flatMap((table) => addKeys(table, schema)),
    ].join(';\n'),
    complete: tables.map((table) =>
      [
        ...(isFilledBare.has(table.name) ? addKeys(table, schema) : []),
        ...table.indexes.map((index) => moveIndex(index, { name: table.name, live })),
        `analyze "${schema}".${table.name}`,
      ].join(';\n'),
    ),
  };
};

const createTable = ({ name, options }: TableDescription, live: string): string => {
  const storage = options === null ? '' : ` with (${options.join(', ')})`;
  return `create table "${generationSchema(live)}".${name} (like "${live}".${name} including defaults including constraints including storage)${storage}`;
};

const addKeys = ({ name, keys }: TableDescription, schema: string): readonly string[] =>
  keys.map((key) => `alter table "${schema}".${name} add constraint ${key}`);

/** `pg_get_indexdef` always names the table with its schema, right after ON. */
const moveIndex = (definition: string, { name, live }: { readonly name: string; readonly live: string }): string =>
  definition.replace(/ ON \S+ /, ` ON "${generationSchema(live)}".${name} `);

/** In one transaction, after `projection_checkpoints` is locked: the new tables take the place and names of the old. */
export const swapStatements = (live: string): string =>
  [
    ...REBUILT_TABLES.map((name) => `drop table "${live}".${name}`),
    ...REBUILT_TABLES.map((name) => `alter table "${generationSchema(live)}".${name} set schema "${live}"`),
    `drop schema "${generationSchema(live)}"`,
  ].join(';\n');

export const dropGeneration = (live: string): string => `drop schema if exists "${generationSchema(live)}" cascade`;

/** DDL runs unprepared, several statements at once, and as long as it takes. */
export const script = async (sql: Sql, text: string): Promise<void> => {
  await sql.query(statement('', `set local statement_timeout = 0;\n${text}`));
};
