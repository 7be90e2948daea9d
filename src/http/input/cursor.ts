import { createHash } from 'node:crypto';
import { invalidInput } from '../../commands/api-error.js';

export const CURSOR_LENGTH_MAX = 200;
const FINGERPRINT_BYTES = 12;

/** What a list shows: its name, the org, the filters. A cursor of one list is none of another. */
export type Listed = readonly (string | number | null)[];

/**
 * Opaque to clients: the number that the page ended with, and which list it was. It holds nothing secret, and what
 * is shown is never taken from it.
 */
export const cursorAt = (end: number, listed: Listed): string =>
  Buffer.from(JSON.stringify([fingerprintOf(listed), end])).toString('base64url');

/** @throws ApiError for what is no cursor of ours, or one of another list */
export const endOf = (cursor: string, listed: Listed): number => {
  const [fingerprint, end] = partsOf(cursor);
  if (fingerprint === fingerprintOf(listed) && Number.isSafeInteger(end) && (end as number) >= 0) return end as number;
  throw invalidInput('cursor', 'cursor must come from the page before, with the same filters');
};

const fingerprintOf = (listed: Listed): string =>
  createHash('sha256').update(JSON.stringify(listed)).digest().toString('base64url', 0, FINGERPRINT_BYTES);

const partsOf = (cursor: string): readonly unknown[] => {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    return Array.isArray(parts) ? parts : [];
  } catch {
    return []; // Whatever it was, it is no cursor of ours.
  }
};
