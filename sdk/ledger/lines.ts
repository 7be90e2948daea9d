/** A line of a file; `bytes` is null when it is longer than any line of ours. */
export interface Line {
  readonly number: number;
  readonly bytes: Buffer | null;
  /** False for what stands behind the last line feed of the file. */
  readonly ended: boolean;
}

/** As the largest record of the log. */
const LINE_BYTES_MAX = 8 * 1024 * 1024;
const LINE_FEED = 0x0a;

/** Cuts a stream of bytes at its line feeds. Holds one line and one chunk at a time. */
export async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Line> {
  let number = 1;
  let parts: Uint8Array[] = [];
  let bytes = 0;
  const add = (part: Uint8Array): void => {
    bytes += part.length;
    if (bytes > LINE_BYTES_MAX) parts = [];
    else parts.push(part);
  };
  const take = (ended: boolean): Line => {
    const line = { number, bytes: bytes > LINE_BYTES_MAX ? null : Buffer.concat(parts), ended };
    number += 1;
    parts = [];
    bytes = 0;
    return line;
  };
  for await (const chunk of chunks) {
    let from = 0;
    for (let to = chunk.indexOf(LINE_FEED); to >= 0; to = chunk.indexOf(LINE_FEED, from)) {
      add(chunk.subarray(from, to));
      from = to + 1;
      yield take(true);
    }
    add(chunk.subarray(from));
  }
  if (bytes > 0) yield take(false);
}
