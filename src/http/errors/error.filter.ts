import { Catch, NotFoundException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ApiError } from '../../commands/api-error.js';
import type { Logger } from '../../observability/logger.js';
import { renderError } from './dialects.js';
import { errorOf } from './faults.js';
import { pathOf } from './path-of.js';
import type { RouteTable } from './route-table.js';

/** The only place where an error becomes an answer. */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  constructor(
    private readonly routes: RouteTable,
    private readonly logger: Logger,
  ) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const path = pathOf(request.url);
    // Nest throws this for what no route answers; our own 404s are ApiErrors.
    const error = thrown instanceof NotFoundException ? this.routes.missed(path) : errorOf(thrown);
    this.log(error, request);
    const { status, body } = renderError(error, {
      requestId: request.id,
      path,
      route: request.routeOptions.url ?? null,
    });
    if (!reply.sent) void reply.code(status).headers(error.headers).send(body);
  }

  private log(error: ApiError, request: FastifyRequest): void {
    if (error.code !== 'INTERNAL_ERROR' && error.code !== 'UNAVAILABLE') return;
    const level = error.code === 'INTERNAL_ERROR' ? 'error' : 'warn';
    const route = request.routeOptions.url;
    this.logger[level]({ requestId: request.id, route, reason: error.reason, err: error.cause }, 'request failed');
  }
}
