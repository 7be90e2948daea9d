import { statement, type Sql, type Statement } from '../../db/database.js';
import { TABLES } from '../batch.js';
import type { Table } from '../table.js';

export interface RowDifference {
  /** The primary key, its columns joined by `/`. */
  readonly key: string;
  /** `missing`: the live table lacks it; `unexpected`: the log does not give it; `changed`: `columns` differ. */
  readonly kind: 'missing' | 'unexpected' | 'changed';
  readonly columns: readonly string[];
}

export interface TableComparison {
  readonly table: string;
  readonly liveRows: number;
  readonly rebuiltRows: number;
  readonly equal: boolean;
  /** The first 20 by key; columns are named, their values are not shown. */
  readonly differences: readonly RowDifference[];
}

const DIFFERENCES_MAX = 20;
/** Rows are hashed in so many groups by key, so that only groups that differ are looked at row by row. */
const BUCKETS = 1024;
const BUCKETS_EXAMINED_MAX = 16;

interface TableQueries {
  readonly name: string;
  readonly digest: Statement;
  readonly hashes: Statement;
  readonly rows: Statement;
}

const queriesOf = ({ name, key }: Pick<Table<never>, 'name' | 'key'>): TableQueries => {
  const columns = key.map((column) => `t.${column}`).join(', ');
  const keyText = `concat_ws('/', ${columns})`;
  const bucket = `(hash_record(row(${columns})) & ${BUCKETS - 1})`;
  const hash = 'hash_record_extended(t, 0)';
  return {
    name,
    digest: statement(
      `digest_${name}`,
      `select ${bucket} as bucket, count(*)::int as rows, sum(${hash})::text as hash from ${name} t group by 1`,
    ),
    hashes: statement(
      `hashes_${name}`,
      `select ${keyText} as key, ${hash}::text as hash from ${name} t where ${bucket} = any($1::int[])`,
    ),
    rows: statement(
      `rows_${name}`,
      `select ${keyText} as key, to_jsonb(t) as row from ${name} t where ${keyText} = any($1)`,
    ),
  };
};
const QUERIES = TABLES.map(queriesOf);

export interface BothSides {
  /** A snapshot of the live tables at the checkpoints that the new generation has reached. */
  readonly live: Sql;
  readonly rebuilt: Sql;
}

/** Compares every read model by row hash. */
export const compareTables = async (sides: BothSides): Promise<readonly TableComparison[]> => {
  const comparisons: TableComparison[] = [];
  for (const queries of QUERIES) comparisons.push(await compareTable(sides, queries));
  return comparisons;
};

const compareTable = async (sides: BothSides, queries: TableQueries): Promise<TableComparison> => {
  const [live, rebuilt] = await onBoth(sides, (sql) => digestOf(sql, queries));
  const buckets = [...new Set([...live.keys(), ...rebuilt.keys()])].filter(
    (bucket) =>
      live.get(bucket)?.hash !== rebuilt.get(bucket)?.hash || live.get(bucket)?.rows !== rebuilt.get(bucket)?.rows,
  );
  return {
    table: queries.name,
    liveRows: rowsIn(live),
    rebuiltRows: rowsIn(rebuilt),
    equal: buckets.length === 0,
    differences: buckets.length === 0 ? [] : await differencesIn(sides, queries, buckets),
  };
};

interface Digest {
  readonly bucket: number;
  readonly rows: number;
  readonly hash: string;
}

const digestOf = async (sql: Sql, { digest }: TableQueries): Promise<ReadonlyMap<number, Digest>> =>
  new Map((await sql.query<Digest>(digest)).map((row) => [row.bucket, row]));

const rowsIn = (digests: ReadonlyMap<number, Digest>): number =>
  [...digests.values()].reduce((sum, { rows }) => sum + rows, 0);

const differencesIn = async (
  sides: BothSides,
  queries: TableQueries,
  buckets: readonly number[],
): Promise<readonly RowDifference[]> => {
  const examined = buckets.slice(0, BUCKETS_EXAMINED_MAX);
  const [live, rebuilt] = await onBoth(sides, (sql) => hashesOf(sql, queries, examined));
  const keys = [...new Set([...live.keys(), ...rebuilt.keys()])].filter((key) => live.get(key) !== rebuilt.get(key));
  const shown = keys.sort().slice(0, DIFFERENCES_MAX);
  const [liveRows, rebuiltRows] = await onBoth(sides, (sql) => rowsOf(sql, queries, shown));
  return shown.map((key) => differenceOf(key, liveRows.get(key), rebuiltRows.get(key)));
};

const hashesOf = async (sql: Sql, { hashes }: TableQueries, buckets: readonly number[]) =>
  new Map((await sql.query<{ key: string; hash: string }>(hashes, [buckets])).map(({ key, hash }) => [key, hash]));

type JsonRow = Readonly<Record<string, unknown>>;

const rowsOf = async (sql: Sql, { rows }: TableQueries, keys: readonly string[]) =>
  new Map((await sql.query<{ key: string; row: JsonRow }>(rows, [keys])).map(({ key, row }) => [key, row]));

const differenceOf = (key: string, live: JsonRow | undefined, rebuilt: JsonRow | undefined): RowDifference => {
  if (live === undefined) return { key, kind: 'missing', columns: [] };
  if (rebuilt === undefined) return { key, kind: 'unexpected', columns: [] };
  const columns = Object.keys(rebuilt).filter((name) => JSON.stringify(live[name]) !== JSON.stringify(rebuilt[name]));
  return { key, kind: 'changed', columns };
};

const onBoth = <T>({ live, rebuilt }: BothSides, run: (sql: Sql) => Promise<T>): Promise<[T, T]> =>
  Promise.all([run(live), run(rebuilt)]);
