import { invalidInput } from '../../../commands/api-error.js';
import { CsvColumns, type OtherColumns } from './csv-columns.js';
import { CsvFrames, type Frame } from './csv-frames.js';
import { cellsOf } from './csv-cells.js';
import { faultAt, isFault, type Row, type RowFault } from './import-row.js';
import type { Line } from './lines.js';

type Framed = Frame | RowFault;

/** The rows below the header; blank ones, and those of nothing but empty cells, are none. @throws ApiError: no header */
export async function* csvRows(
  lines: AsyncIterable<readonly Line[]>,
  others: OtherColumns,
): AsyncGenerator<readonly Row[]> {
  const frames = new CsvFrames();
  let table: CsvTable | null = null;
  for await (const batch of framesOf(lines, frames)) {
    const [head] = batch;
    if (head === undefined) continue;
    const below: readonly Framed[] = table === null ? batch.slice(1) : batch;
    table ??= tableUnder(head, frames.delimiter, others);
    yield table.rows(below);
  }
  if (table === null) throw invalidInput('', 'The file is empty', 'empty_file');
}

async function* framesOf(lines: AsyncIterable<readonly Line[]>, frames: CsvFrames): AsyncGenerator<readonly Framed[]> {
  for await (const batch of lines) yield batch.flatMap((line) => frames.add(line));
  yield frames.end();
}

const tableUnder = (head: Framed, delimiter: string, others: OtherColumns): CsvTable => {
  const [names] = isFault(head) ? [head] : cellsOf([head], delimiter);
  if (names === undefined || isFault(names)) throw brokenHeader(names ?? faultAt(head.line, 'is empty'));
  return new CsvTable(
    new CsvColumns(
      names.map((name) => name.normalize('NFC').trim()),
      others,
    ),
    delimiter,
  );
};

const brokenHeader = ({ line, message }: RowFault) =>
  invalidInput('', `The header in line ${line} ${message}`, 'missing_header');

class CsvTable {
  constructor(
    private readonly columns: CsvColumns,
    private readonly delimiter: string,
  ) {}

  rows(framed: readonly Framed[]): readonly Row[] {
    const frames = framed.filter((one): one is Frame => !isFault(one));
    const cells = cellsOf(frames, this.delimiter);
    const rows = frames.map((frame, index) => this.row(frame, cells[index] ?? [])).values();
    return framed.map((one) => (isFault(one) ? one : (rows.next().value ?? null))).filter((row) => row !== null);
  }

  /** Null: nothing stands in it. */
  private row({ line, bytes }: Frame, cells: readonly string[] | RowFault): Row | null {
    if (isFault(cells)) return cells;
    const { count, columnOf } = this.columns;
    if (cells.every((cell) => cell.trim() === '')) return null;
    if (cells.slice(count).some((cell) => cell !== '')) {
      return faultAt(line, `has ${cells.length} cells, and the header has ${count}`);
    }
    return { line, bytes: bytes.length, given: this.columns.given(cells), columnOf };
  }
}
