import { ArrayParameter, type Element, type ElementType, type ValueByType } from '../db/array-parameter.js';
import { unnested } from '../db/unnested.js';

/** `jsonb` is given as JSON text, `text[]` as an array literal. */
type ColumnValues = ValueByType & { readonly jsonb: string; readonly 'text[]': string };
export type ColumnType = keyof ColumnValues;

/** One column of a read model and how it is taken from a row. */
export interface Column<Row> {
  readonly name: string;
  readonly type: ColumnType;
  readonly value: (row: Row) => Element;
}
export const column = <Row, T extends ColumnType>(
  name: string,
  type: T,
  value: (row: Row) => ColumnValues[T] | null,
): Column<Row> => ({ name, type, value });

export interface InsertOptions {
  /** Number of the first of its parameters, one array per column. */
  readonly firstParameter: number;
  /** SQL that has to be true, or nothing is written. */
  readonly condition: string;
  /** `upsert`: rows that are new, or newer than what stands there. `insert`: no conflict is expected, none is handled. */
  readonly mode: 'upsert' | 'insert';
}

/** A read model as the projector writes it: any number of rows in one statement. */
export interface Table<Row> {
  readonly name: string;
  readonly key: readonly string[];
  /** True when a row is written once and never again. */
  readonly appendOnly: boolean;
  readonly insertSql: (options: InsertOptions) => string;
  /** One per column, made when it is asked for. */
  readonly parameters: (rows: readonly Row[]) => Iterable<ArrayParameter>;
}

export interface TableShape<Row> {
  readonly name: string;
  readonly key: readonly string[];
  /** Replaced when these grow, compared in this order; `never`: the first row of a key stays. */
  readonly newerBy: readonly string[] | 'never';
  /** Columns that an update leaves as they were first written. */
  readonly keep?: readonly string[];
  /** Columns that an update joins with what stands there. */
  readonly merge?: Readonly<Record<string, 'or'>>;
  readonly columns: readonly Column<Row>[];
}

/** Arrays give one plan for every number of rows (reference/performance.md §2.6). */
export const table = <Row>(shape: TableShape<Row>): Table<Row> => ({
  name: shape.name,
  key: shape.key,
  appendOnly: shape.newerBy === 'never',
  insertSql: (options) => insertSql(shape, options),
  parameters: (rows) => parametersOf(shape, rows),
});

function* parametersOf<Row>({ columns }: TableShape<Row>, rows: readonly Row[]): Generator<ArrayParameter, void, void> {
  for (const { type, value } of columns) yield new ArrayParameter(carriedAs(type), rows.map(value));
}

const insertSql = <Row>(shape: TableShape<Row>, { firstParameter, condition, mode }: InsertOptions): string => {
  const names = shape.columns.map(({ name }) => name).join(', ');
  const carried = Object.fromEntries(shape.columns.map(({ name, type }) => [name, carriedAs(type)]));
  const values = shape.columns.map(({ name, type }) => (carriedAs(type) === type ? name : `${name}::${type}`));
  const source = `select ${values.join(', ')} from ${unnested(carried, firstParameter)} as given where ${condition}`;
  const conflict = mode === 'insert' ? '' : ` on conflict (${shape.key.join(', ')}) ${onConflict(shape)}`;
  return `insert into ${shape.name} as old (${names}) ${source}${conflict}`;
};

/** JSON travels as text, and so do array columns, because `unnest` flattens arrays of arrays. */
const carriedAs = (type: ColumnType): ElementType => (type === 'text[]' || type === 'jsonb' ? 'text' : type);

const onConflict = <Row>({ columns, key, keep = [], merge = {}, newerBy }: TableShape<Row>): string => {
  if (newerBy === 'never') return 'do nothing';
  const fixed = new Set([...key, ...keep]);
  const assignments = columns
    .filter(({ name }) => !fixed.has(name))
    .map(({ name }) => `${name} = ${merge[name] === undefined ? '' : `old.${name} ${merge[name]} `}excluded.${name}`);
  const [before, after] = ['old', 'excluded'].map((side) => newerBy.map((name) => `${side}.${name}`).join(', '));
  return `do update set ${assignments.join(', ')} where (${before}) < (${after})`;
};
