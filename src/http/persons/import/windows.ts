import { ApiError } from '../../../commands/api-error.js';
import { ROWS_MAX, WINDOW_BYTES_MAX, WINDOW_ROWS_MAX } from './import-bounds.js';
import { isFault, type Row } from './import-row.js';

/** Rows that are worked on together: few enough for memory, many enough to share statements and batches. */
export async function* windowsOf(rows: AsyncIterable<readonly Row[]>): AsyncGenerator<readonly Row[]> {
  let window: Row[] = [];
  let bytes = 0;
  let taken = 0;
  for await (const batch of rows) {
    for (const row of batch) {
      if (taken === ROWS_MAX) {
        if (window.length > 0) yield window;
        throw tooManyRows();
      }
      taken += 1;
      bytes += isFault(row) ? 0 : row.bytes;
      window.push(row);
      if (window.length < WINDOW_ROWS_MAX && bytes < WINDOW_BYTES_MAX) continue;
      yield window;
      window = [];
      bytes = 0;
    }
  }
  if (window.length > 0) yield window;
}

const tooManyRows = (): ApiError =>
  new ApiError({
    code: 'PAYLOAD_TOO_LARGE',
    reason: 'too_many_rows',
    message: `The file must have at most ${ROWS_MAX} rows; those were imported, send the others in a file of their own`,
    details: { limitRows: ROWS_MAX },
    headers: { connection: 'close' },
  });
