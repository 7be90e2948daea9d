import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ApiError } from '../../commands/api-error.js';
import { renderError } from './dialects.js';
import { pathOf } from './path-of.js';

/** The answer of a hook that lets a request go no further: no filter will see it. */
export const refuseEarly = (request: FastifyRequest, reply: FastifyReply, error: ApiError): void => {
  const { status, body } = renderError(error, {
    requestId: request.id,
    path: pathOf(request.url),
    route: request.routeOptions.url ?? null,
  });
  void reply.code(status).headers(error.headers).send(body);
};
