/**
 * RFC 8785 of parsed JSON: no whitespace, names in the order of their UTF-16 code units. Strings and numbers are what
 * `JSON.stringify` makes of them, which is how the RFC defines them. Recursive: input has a bounded depth by then.
 */
export const canonicalJson = (value: unknown): string => {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const properties = Object.entries(value).sort(byCodeUnits);
  return `{${properties.map(([name, item]) => `${JSON.stringify(name)}:${canonicalJson(item)}`).join(',')}}`;
};

const byCodeUnits = ([left]: readonly [string, unknown], [right]: readonly [string, unknown]): number =>
  left < right ? -1 : 1;
