import { canonicalJson } from '../../domain/canonical-json.js';

/** Whether two values say the same, whatever the order of their keys. */
export const alike = (a: unknown, b: unknown): boolean =>
  a === b || JSON.stringify(a) === JSON.stringify(b) || textOf(a) === textOf(b);

export const textOf = (value: unknown): string => (value === undefined ? 'nothing' : canonicalJson(value));
