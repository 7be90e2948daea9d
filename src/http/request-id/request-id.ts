import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** ≤ 128 printable ASCII characters. */
const ACCEPTED = /^[\x20-\x7e]{1,128}$/;

/** The caller's id when it is one, else a UUID v7. */
export const requestIdOf = (request: Pick<IncomingMessage, 'headers'>, nowMs: number): string => {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && ACCEPTED.test(given) ? given : uuidV7(nowMs);
};

/** RFC 9562: 48 bits of milliseconds first, so that ids sort by time; the rest is the randomness of a version 4. */
export const uuidV7 = (nowMs: number): string => {
  const time = nowMs.toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8, 12)}-7${randomUUID().slice(15)}`;
};
