import type { IncomingMessage } from 'node:http';
import type { DynamicModule, LoggerService, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Clock } from '../domain/kernel/clock.js';
import type { Slices } from '../observability/event-loop-slices.js';
import type { Logger } from '../observability/logger.js';
import type { Metrics } from '../observability/metrics.js';
import { ErrorFilter } from './errors/error.filter.js';
import { answerParserError, answerRouterError } from './errors/raw-errors.js';
import { RouteTable } from './errors/route-table.js';
import { addHooks } from './hooks.js';
import { validationPipe } from './input/validation.js';
import { requestIdOf } from './request-id/request-id.js';

export interface HttpAppOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly slices?: Slices;
  /** Empty: CORS is off. */
  readonly corsOrigins: readonly string[];
}

/** A head that takes longer is not sent by a client in good faith. */
const HEAD_TIMEOUT_MS = 30_000;
/** A file is read as fast as its rows are recorded; all other bodies have `BODY_MS_MAX`. */
const REQUEST_TIMEOUT_MS = 30 * 60_000;
/** Above the idle time of common load balancers, so that they close first. */
const KEEP_ALIVE_TIMEOUT_MS = 65_000;
/** Too long an id is a 400 like any other wrong id (OP-06); Node bounds the whole head at 16 KiB. */
const PARAM_LENGTH_MAX = 16_384;

/** The HTTP application around a module; neither initialized nor listening yet. */
export const createHttpApp = async (
  module: Type | DynamicModule,
  options: HttpAppOptions,
): Promise<NestFastifyApplication> => {
  const adapter = adapterOf(options);
  const fastify = adapter.getInstance();
  const routes = RouteTable.of(fastify);
  addHooks(fastify, { ...options, routes });
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, {
    bodyParser: false,
    abortOnError: false,
    logger: nestLogger(options.logger),
  });
  app.useGlobalPipes(validationPipe());
  app.useGlobalFilters(new ErrorFilter(routes, options.logger));
  if (options.corsOrigins.length > 0) app.enableCors({ origin: [...options.corsOrigins] });
  return app;
};

const adapterOf = ({ clock }: HttpAppOptions): FastifyAdapter =>
  new FastifyAdapter({
    logger: false,
    requestIdHeader: false,
    genReqId: (request: IncomingMessage) => requestIdOf(request, clock.now()),
    http: { headersTimeout: HEAD_TIMEOUT_MS },
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    // Requests on open connections are answered until the server has closed; `ready` says 503 long before.
    return503OnClosing: false,
    routerOptions: { maxParamLength: PARAM_LENGTH_MAX },
    frameworkErrors: answerRouterError,
    clientErrorHandler: answerParserError(() => clock.now()),
  });

/** Nest tells of its start at debug, of trouble as it is. */
const nestLogger = (logger: Logger): LoggerService => ({
  log: (message: unknown, context?: unknown) => logger.debug({ context }, String(message)),
  warn: (message: unknown, context?: unknown) => logger.warn({ context }, String(message)),
  error: (message: unknown, ...more: unknown[]) => logger.error({ more }, String(message)),
});
