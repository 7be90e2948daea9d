import { isUtf8 } from 'node:buffer';
import { CsvError, parse } from 'csv-parse/sync';
import { faultAt, type RowFault } from './import-row.js';

/** The bytes of one record, and the line it begins in. */
interface RecordBytes {
  readonly line: number;
  readonly bytes: Buffer;
}

const DELIMITERS = [',', ';', '\t'] as const;

/** What the header has most of outside of quotes; a single column has none. */
export const delimiterOf = (header: Buffer): string => {
  const bare = header.toString('utf8').replace(/"[^"]*"/g, '');
  const counts = DELIMITERS.map((delimiter) => bare.split(delimiter).length);
  return DELIMITERS[counts.indexOf(Math.max(...counts))] ?? ',';
};

/**
 * The cells of each record, in order. All are parsed at once, which costs a sixth; only when that fails one by one, to
 * find out which of them is at fault.
 */
export const cellsOf = (
  frames: readonly RecordBytes[],
  delimiter: string,
): readonly (readonly string[] | RowFault)[] => {
  if (frames.length === 0) return [];
  const together = Buffer.concat(frames.flatMap(({ bytes }) => [bytes, NEWLINE]));
  const records = isUtf8(together) ? parsed(together, delimiter) : null;
  if (records?.length === frames.length) return records;
  return frames.map((frame) => cellsOfOne(frame, delimiter));
};

export const MISPLACED_QUOTE =
  'has a quote in the wrong place: a cell that holds one must be quoted, and the quote doubled';
const NEWLINE = Buffer.from('\n');

/** Whether these are the bytes of one record. */
export const areCells = (bytes: Buffer, delimiter: string): boolean => parsed(bytes, delimiter)?.length === 1;

const cellsOfOne = ({ line, bytes }: RecordBytes, delimiter: string): readonly string[] | RowFault => {
  if (!isUtf8(bytes)) return faultAt(line, 'is not UTF-8; save the file as UTF-8 (in Excel: "CSV UTF-8")');
  const [cells, ...more] = parsed(bytes, delimiter) ?? [];
  if (cells !== undefined && more.length === 0) return cells;
  return faultAt(line, MISPLACED_QUOTE);
};

/** Null: some record is not valid. */
const parsed = (bytes: Buffer, delimiter: string): readonly (readonly string[])[] | null => {
  try {
    return parse(bytes, { delimiter, record_delimiter: '\n', relax_column_count: true });
  } catch (error) {
    if (error instanceof CsvError) return null;
    throw error;
  }
};
