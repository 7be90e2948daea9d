import { ApiError } from '../../../commands/api-error.js';
import { ROW_BYTES_MAX } from './import-bounds.js';

/** A physical line. */
export interface Line {
  /** From 1 on. */
  readonly number: number;
  /** Without its end; null: longer than ROW_BYTES_MAX. */
  readonly bytes: Buffer | null;
}

const NEWLINE = 0x0a;
const RETURN = 0x0d;
const NOTHING = Buffer.alloc(0);

/** Line by line, those of one chunk together; a blank line is one, too. @throws ApiError what is not UTF-8 */
export async function* linesOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<readonly Line[]> {
  const splitter = new LineSplitter();
  for await (const chunk of withoutMark(chunks)) yield splitter.lines(chunk);
  yield splitter.end();
}

class LineSplitter {
  private rest: Buffer = NOTHING;
  private isTooLong = false;
  private number = 0;

  lines(chunk: Buffer): readonly Line[] {
    const bytes = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
    const lines: Line[] = [];
    let start = 0;
    for (let end = bytes.indexOf(NEWLINE); end !== -1; end = bytes.indexOf(NEWLINE, start)) {
      lines.push(this.line(bytes.subarray(start, end)));
      start = end + 1;
    }
    this.rest = bytes.subarray(start);
    if (this.rest.length > ROW_BYTES_MAX) {
      this.isTooLong = true;
      this.rest = NOTHING;
    }
    return lines;
  }

  end(): readonly Line[] {
    return this.rest.length === 0 && !this.isTooLong ? [] : [this.line(this.rest)];
  }

  private line(bytes: Buffer): Line {
    this.number += 1;
    const isTooLong = this.isTooLong || bytes.length > ROW_BYTES_MAX;
    this.isTooLong = false;
    return { number: this.number, bytes: isTooLong ? null : withoutReturn(bytes) };
  }
}

const withoutReturn = (bytes: Buffer): Buffer =>
  bytes.at(-1) === RETURN ? bytes.subarray(0, bytes.length - 1) : bytes;

const MARK = Buffer.of(0xef, 0xbb, 0xbf);
/** Enough to tell the encodings that spreadsheets write. */
const HEAD_BYTES = 4;

/** Without the byte order mark of UTF-8. */
async function* withoutMark(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let head: Buffer | null = NOTHING;
  for await (const chunk of chunks) {
    if (head === null) {
      yield chunk;
      continue;
    }
    head = Buffer.concat([head, chunk]);
    if (head.length < HEAD_BYTES) continue;
    yield checked(head);
    head = null;
  }
  if (head !== null) yield checked(head);
}

const checked = (head: Buffer): Buffer => {
  if (isWide(head)) throw wrongEncoding();
  return head.subarray(0, MARK.length).equals(MARK) ? head.subarray(MARK.length) : head;
};

/** UTF-16 and UTF-32, with a byte order mark or, as their first letters are Latin ones, without. */
const isWide = (head: Buffer): boolean => {
  const first = head.subarray(0, HEAD_BYTES);
  const mark = first.toString('hex', 0, 2);
  return mark === 'fffe' || mark === 'feff' || first.includes(0);
};

const wrongEncoding = (): ApiError =>
  new ApiError({
    code: 'VALIDATION_ERROR',
    reason: 'unsupported_encoding',
    message: 'The file is UTF-16 or UTF-32; save it as UTF-8 (in Excel: "CSV UTF-8")',
    details: [{ path: '', message: 'must be UTF-8' }],
  });
