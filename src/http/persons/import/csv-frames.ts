import { areCells, delimiterOf, MISPLACED_QUOTE } from './csv-cells.js';
import { ROW_BYTES_MAX } from './import-bounds.js';
import { faultAt, type RowFault } from './import-row.js';
import type { Line } from './lines.js';

/** The bytes of one record, which may span lines inside of quotes. */
export interface Frame {
  /** Where it begins. */
  readonly line: number;
  readonly bytes: Buffer;
}

interface OpenLine {
  readonly number: number;
  readonly bytes: Buffer;
}

const QUOTE = 0x22;
const NEWLINE = Buffer.from('\n');
/** Excel writes this above the header, for itself. */
const SEPARATOR_LINE = /^sep=.$/i;

/**
 * Cuts a CSV file into records: one ends with the first line after which its quotes are even. When what comes of that
 * is none, the first line is at fault and the others are looked at anew, so that a quote that is never closed costs the
 * row it stands in, and not the rest of the file.
 */
export class CsvFrames {
  /** Lines of a record whose quote is not closed yet. */
  private open: OpenLine[] = [];
  private openBytes = 0;
  private separator: string | null = null;

  /** Of cells, as the header has it. */
  get delimiter(): string {
    return this.separator ?? ',';
  }

  /** What the line completes, in the order of the file. */
  add({ number, bytes }: Line): readonly (Frame | RowFault)[] {
    if (bytes === null) return [...this.end(), faultAt(number, `must have at most ${ROW_BYTES_MAX} bytes`)];
    const line = { number, bytes };
    if (this.open.length > 0 || hasOddQuotes(bytes)) return this.opened(line);
    return isBlank(bytes) || isSeparatorLine(line) ? [] : [this.framed({ line: number, bytes })];
  }

  /** At the end of the file. */
  end(): readonly (Frame | RowFault)[] {
    return this.open.length === 0 ? [] : this.abandon('has a quote that is never closed');
  }

  private opened(line: OpenLine): readonly (Frame | RowFault)[] {
    const isFirst = this.open.length === 0;
    this.open.push(line);
    this.openBytes += line.bytes.length + NEWLINE.length;
    if (this.openBytes > ROW_BYTES_MAX) return this.end();
    return isFirst || !hasOddQuotes(line.bytes) ? [] : this.close();
  }

  private close(): readonly (Frame | RowFault)[] {
    const bytes = Buffer.concat(this.open.flatMap((line) => [line.bytes, NEWLINE]).slice(0, -1));
    const [first] = this.open;
    if (first === undefined || !areCells(bytes, this.separator ?? delimiterOf(bytes))) {
      return this.abandon(MISPLACED_QUOTE);
    }
    this.forget();
    return [this.framed({ line: first.number, bytes })];
  }

  private abandon(why: string): readonly (Frame | RowFault)[] {
    const [first, ...others] = this.open;
    this.forget();
    return [faultAt(first?.number ?? 0, why), ...others.flatMap((line) => this.add(line))];
  }

  /** The first one is the header. */
  private framed(frame: Frame): Frame {
    this.separator ??= delimiterOf(frame.bytes);
    return frame;
  }

  private forget(): void {
    this.open = [];
    this.openBytes = 0;
  }
}

const hasOddQuotes = (bytes: Buffer): boolean => {
  let isOdd = false;
  for (let at = bytes.indexOf(QUOTE); at !== -1; at = bytes.indexOf(QUOTE, at + 1)) isOdd = !isOdd;
  return isOdd;
};

const isBlank = (bytes: Buffer): boolean => bytes.toString('latin1').trim() === '';

const isSeparatorLine = ({ number, bytes }: OpenLine): boolean =>
  number === 1 && SEPARATOR_LINE.test(bytes.toString('latin1'));
