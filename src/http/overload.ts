import type { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ApiError } from '../commands/api-error.js';
import { Unavailable } from '../commands/outcomes.js';
import type { Clock } from '../domain/kernel/clock.js';
import { Admission } from './admission.js';
import { errorOf } from './errors/faults.js';
import { eventLoopUtilization } from '../observability/event-loop-utilization.js';
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
  const admission = (): Admission => new Admission(clock, eventLoopUtilization());
  const admissions: Record<Group, Admission> = { read: admission(), write: admission() };
  return (request: FastifyRequest, reply: FastifyReply, done: () => void): void => {
    if (!request.url.startsWith(COUNTED_PREFIX)) return done();
    const group = admissions[request.method === 'GET' || request.method === 'HEAD' ? 'read' : 'write'];
    if (!group.enter()) return refuseEarly(request, reply, overloaded());
    whenOver(request, reply, () => group.leave(reply.raw.writableFinished));
    done();
  };
};

const openOn = new WeakMap<Socket, Set<() => void>>();

/** Once, whatever comes of it. Before Node 24 only the response that holds a socket hears that it died, none behind it. */
const whenOver = ({ raw: { socket } }: FastifyRequest, { raw: response }: FastifyReply, over: () => void): void => {
  const open = openOn.get(socket) ?? followed(socket);
  const end = (): void => {
    if (open.delete(end)) over();
  };
  open.add(end);
  response.once('close', end);
};

const followed = (socket: Socket): Set<() => void> => {
  const open = new Set<() => void>();
  openOn.set(socket, open);
  socket.once('close', () => {
    for (const end of [...open]) end();
  });
  return open;
};

const overloaded = (): ApiError => errorOf(new Unavailable('overloaded', RETRY_AFTER_S));
