import { isUtf8 } from 'node:buffer';
import { givenTwice, repeatedName } from '../../input/repeated-name.js';
import { ROW_BYTES_MAX } from './import-bounds.js';
import { faultAt, type Row } from './import-row.js';
import type { Line } from './lines.js';

/** One body of `POST /api/v1/persons` per line; blank lines are none. */
export async function* ndjsonRows(lines: AsyncIterable<readonly Line[]>): AsyncGenerator<readonly Row[]> {
  for await (const batch of lines) yield batch.filter((line) => !isBlank(line)).map(rowOf);
}

const isBlank = ({ bytes }: Line): boolean => bytes !== null && bytes.toString('latin1').trim() === '';

const rowOf = ({ number: line, bytes }: Line): Row => {
  if (bytes === null) return faultAt(line, `must have at most ${ROW_BYTES_MAX} bytes`);
  if (!isUtf8(bytes)) return faultAt(line, 'is not UTF-8');
  const json = bytes.toString('utf8');
  const given = parsed(json);
  if (given === undefined) return faultAt(line, 'is not valid JSON');
  const twice = repeatedName(json);
  if (twice !== null) return faultAt(line, givenTwice(twice).message);
  if (given === null || typeof given !== 'object' || Array.isArray(given))
    return faultAt(line, 'must be a JSON object');
  return { line, bytes: bytes.length, given: given as Readonly<Record<string, unknown>>, columnOf: itself };
};

const itself = (property: string): string | null => (property === '' ? null : property);

/** Undefined stands for what is no JSON. */
const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
