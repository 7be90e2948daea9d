/** Why a row cannot be read, or not recorded. */
export interface RowFault {
  readonly line: number;
  /** As the file names it; null: the row as a whole. */
  readonly column: string | null;
  readonly message: string;
}

/** A row as it was read. */
export interface ReadRow {
  readonly line: number;
  /** About what it takes in memory. */
  readonly bytes: number;
  /** The body that `POST /api/v1/persons` would get. */
  readonly given: Readonly<Record<string, unknown>>;
  /** The column that a property stood in; null: none of its own. */
  readonly columnOf: (property: string) => string | null;
}

export type Row = ReadRow | RowFault;
export const isFault = (row: object): row is RowFault => 'message' in row;

export const faultAt = (line: number, message: string, column: string | null = null): RowFault => ({
  line,
  column,
  message,
});
