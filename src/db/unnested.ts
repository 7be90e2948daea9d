import type { ElementType } from './array-parameter.js';

/**
 * SQL of a sub-select whose rows are made of arrays, all of the same length: parameters `$first…`, one per column, in the
 * order of `columns`. In the select list they are walked side by side; `from unnest($1, $2, …)` would write every value of
 * each to a store of its own and read it back: 3 µs more for a row of 25 columns (ADR 13).
 */
export const unnested = (columns: Readonly<Record<string, ElementType>>, first = 1): string => {
  const values = Object.entries(columns).map(
    ([name, type], index) => `unnest($${first + index}::${type}[]) as ${name}`,
  );
  return `(select ${values.join(', ')})`;
};
