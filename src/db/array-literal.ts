/** What a parameter array may hold. */
export type Element = string | number | bigint | boolean | Buffer | null | undefined;

/** As text, because `pg` quotes and escapes every element of an array, and few of ours need it. */
export const arrayLiteral = (values: readonly Element[]): string => `{${values.map(elementOf).join(',')}}`;

const NEEDS_NO_QUOTES = /^[\w.:+/=-]+$/;

const elementOf = (value: Element): string => {
  if (value === null || value === undefined) return 'NULL';
  if (Buffer.isBuffer(value)) return `"\\\\x${value.toString('hex')}"`;
  if (typeof value !== 'string') return String(value);
  if (NEEDS_NO_QUOTES.test(value) && value.toUpperCase() !== 'NULL') return value;
  return `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
};
