import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { IncomingFile } from '../../input/file-body.js';

/** What arrives on the route that imports. */
export interface IncomingImport {
  /** Null: the request has no body. */
  readonly file: IncomingFile | null;
  /** Aborted when the connection closes before the answer is through. */
  readonly gone: AbortSignal;
  /** The client asked for `text/event-stream`. */
  readonly wantsEvents: boolean;
}

const EVENTS = /(^|,)\s*text\/event-stream\s*(;|,|$)/i;

export const Incoming = createParamDecorator((_: unknown, context: ExecutionContext): IncomingImport => {
  const http = context.switchToHttp();
  const { body, headers } = http.getRequest<FastifyRequest>();
  const { raw } = http.getResponse<FastifyReply>();
  const gone = new AbortController();
  raw.once('close', () => gone.abort());
  const file = body instanceof IncomingFile ? body : null;
  return { file, gone: gone.signal, wantsEvents: EVENTS.test(headers.accept ?? '') };
});
