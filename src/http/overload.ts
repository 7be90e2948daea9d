import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ApiError } from '../commands/api-error.js';
import { Unavailable } from '../commands/outcomes.js';
import type { Clock } from '../domain/kernel/clock.js';
import { Admission } from './admission.js';
import { errorOf } from './errors/faults.js';
import { refuseEarly } from './errors/refuse-early.js';

/** Sockets beyond these are closed before anything is read. */
export const CONNECTIONS_MAX = 10_000;
const RETRY_AFTER_S = 1;
/** Probes, metrics and documents are answered also when nothing else is. */
const COUNTED_PREFIX = '/api/';

type Group = 'read' | 'write';

/**
 * `onRequest` hook: what comes while too much is under way is refused before it has cost anything, so that those who were
 * let in get their answers. Writes that wait for a decider leave the reads their room.
 */
export const shedOverload = (clock: Clock) => {
  const admissions: Record<Group, Admission> = { read: new Admission(clock), write: new Admission(clock) };
  return (request: FastifyRequest, reply: FastifyReply, done: () => void): void => {
    if (!request.url.startsWith(COUNTED_PREFIX)) return done();
    const admission = admissions[request.method === 'GET' || request.method === 'HEAD' ? 'read' : 'write'];
    if (!admission.enter()) return refuseEarly(request, reply, overloaded());
    // Whatever comes of it, also when the client goes away.
    reply.raw.once('close', () => admission.leave());
    done();
  };
};

const overloaded = (): ApiError => errorOf(new Unavailable('overloaded', RETRY_AFTER_S));
