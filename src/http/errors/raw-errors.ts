import type { Socket } from 'node:net';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { requestIdOf } from '../request-id/request-id.js';
import { renderError, renderNatively } from './dialects.js';
import { errorOf } from './faults.js';
import { pathOf } from './path-of.js';

/** What the router itself refuses (a malformed URL): no hook has run and no filter will. */
export const answerRouterError = (error: FastifyError, request: FastifyRequest, reply: FastifyReply): void => {
  const { status, body } = renderError(errorOf(error), {
    requestId: request.id,
    path: pathOf(request.raw.url ?? '/'),
    route: null,
  });
  void reply.code(status).header('x-request-id', request.id).type('application/json').send(JSON.stringify(body));
};

/** What Node's parser refuses: there is no request, only a socket. */
export const answerParserError =
  (nowMs: () => number) =>
  (error: NodeJS.ErrnoException, socket: Socket): void => {
    if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
    const requestId = requestIdOf({ headers: {} }, nowMs());
    const { body } = renderNatively(errorOf(Object.assign(error, { statusCode: 400 })), {
      requestId,
      path: '/',
      route: null,
    });
    const text = JSON.stringify(body);
    const status = error.code === 'HPE_HEADER_OVERFLOW' ? '431 Request Header Fields Too Large' : '400 Bad Request';
    socket.end(
      `HTTP/1.1 ${status}\r\nconnection: close\r\nx-request-id: ${requestId}\r\n` +
        `content-type: application/json; charset=utf-8\r\ncontent-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
    );
  };
