import type { FastifyRequest } from 'fastify';
import type { Clock } from '../../domain/kernel/clock.js';
import { IncomingFile } from './file-body.js';

/** Most clients send on for a while before they listen. */
export const DISCARDING_MS_MAX = 10_000;

/**
 * After an answer to a file that is still arriving. Node itself throws away what comes, so that the answer gets through;
 * this sets an end to it.
 */
export const discardRest = ({ body, raw }: FastifyRequest, clock: Clock): void => {
  if (!(body instanceof IncomingFile) || raw.complete || raw.destroyed) return;
  const cancel = clock.after(DISCARDING_MS_MAX, () => raw.destroy());
  raw.once('end', cancel).once('close', cancel);
};
