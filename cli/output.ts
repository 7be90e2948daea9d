/** Where a command's result goes: readable lines for people, one JSON document for programs. */
export const print = (json: boolean, value: unknown, lines: readonly string[]): void => {
  console.log(json ? JSON.stringify(value, jsonSafe, 2) : lines.join('\n'));
};

const jsonSafe = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? value.toString() : value);

/** Columns padded to their widest cell. */
export const table = (rows: readonly (readonly string[])[]): string[] => {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
};
