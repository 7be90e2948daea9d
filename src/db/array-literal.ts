/** An array of texts as one text, for a column that is itself an array: `unnest` flattens arrays of arrays. */
export const arrayLiteral = (texts: readonly string[]): string => `{${texts.map(quoted).join(',')}}`;

const quoted = (text: string): string => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
