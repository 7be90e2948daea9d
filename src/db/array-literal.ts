/** What a parameter array may hold. */
export type Element = string | number | bigint | boolean | Buffer | null | undefined;

/** As text, because `pg` quotes and escapes every element of an array, and few of ours need it. */
export const arrayLiteral = (values: readonly Element[]): string => `{${values.map(elementOf).join(',')}}`;

const elementOf = (value: Element): string => {
  if (value === null || value === undefined) return 'NULL';
  if (typeof value === 'string') return textOf(value);
  return Buffer.isBuffer(value) ? `"\\\\x${value.toString('hex')}"` : String(value);
};

const NEEDS_NO_QUOTES = /^[\w.:+/=-]+$/;

const textOf = (value: string): string => {
  if (NEEDS_NO_QUOTES.test(value) && !isNull(value)) return value;
  return `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
};

/** `toUpperCase` copies the text: only for what is as long as NULL. */
const isNull = (value: string): boolean => value.length === 4 && value.toUpperCase() === 'NULL';
