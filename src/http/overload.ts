import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ApiError } from '../commands/api-error.js';
import { Unavailable } from '../commands/outcomes.js';
import { errorOf } from './errors/faults.js';
import { refuseEarly } from './errors/refuse-early.js';

/** Reads, and writes, that are under way at once in this process: at thousands a second some 200 ms of each. */
export const UNDER_WAY_MAX = 1_024;
/** Sockets beyond these are closed before anything is read. */
export const CONNECTIONS_MAX = 10_000;
const RETRY_AFTER_S = 1;
/** Probes, metrics and documents are answered also when nothing else is. */
const COUNTED_PREFIX = '/api/';

type Group = 'read' | 'write';

/**
 * `onRequest` hook: what comes while too much is under way is refused before it has cost anything, so that those who were
 * let in get their answers (issue 4, point 5). Writes that wait for a decider leave the reads their room.
 */
export const shedOverload = () => {
  const underWay: Record<Group, number> = { read: 0, write: 0 };
  return (request: FastifyRequest, reply: FastifyReply, done: () => void): void => {
    if (!request.url.startsWith(COUNTED_PREFIX)) return done();
    const group = request.method === 'GET' || request.method === 'HEAD' ? 'read' : 'write';
    if (underWay[group] >= UNDER_WAY_MAX) return refuseEarly(request, reply, overloaded());
    underWay[group] += 1;
    // Whatever comes of it, also when the client goes away.
    reply.raw.once('close', () => {
      underWay[group] -= 1;
    });
    done();
  };
};

const overloaded = (): ApiError => errorOf(new Unavailable('overloaded', RETRY_AFTER_S));
