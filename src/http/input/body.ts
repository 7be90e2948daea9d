import { isUtf8 } from 'node:buffer';
import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import { ApiError } from '../../commands/api-error.js';
import type { Clock } from '../../domain/kernel/clock.js';
import { announcedBytes, fileTypeOf, IncomingFile, refusalOfFile } from './file-body.js';
import { givenTwice, repeatedName } from './repeated-name.js';

/** imports stream and have a limit of their own. */
export const BODY_BYTES_MAX = 1024 * 1024;
/** Of a body that is refused, so much is read and thrown away: most clients send all of it before they listen. */
const DISCARDED_BYTES_MAX = 16 * 1024 * 1024;
/** A body that takes longer is not sent by a client in good faith; files have a limit of their own. */
export const BODY_MS_MAX = 30_000;

/**
 * A body that cannot be used. It stands in for the body until the route asks for it, because the credentials are
 * checked first, and Nest's guards run after Fastify has read the body.
 */
export class BodyFault {
  constructor(readonly error: ApiError) {}
}

type Done = (error: Error | null, body?: unknown) => void;

/**
 * Fastify content-type parser for every type: JSON, a fault, or undefined when there is no body; on a route that
 * streams its body, the file that is arriving.
 */
export const bodyParser =
  (clock: Clock) =>
  (request: FastifyRequest, payload: Readable, done: Done): void => {
    const { headers } = request;
    if (request.routeOptions.config.streamsBody !== true) {
      return readWhole({ payload, refusal: refusalByHead(headers), clock }, done);
    }
    const refusal = refusalOfCoding(headers) ?? refusalOfFile(headers);
    if (refusal === null) return done(null, fileOf(headers, payload));
    readWhole({ payload, refusal, clock }, (error) => done(error, new BodyFault(refusal)));
  };

const fileOf = (headers: IncomingHttpHeaders, payload: Readable): IncomingFile =>
  new IncomingFile(fileTypeOf(headers['content-type']) ?? 'csv', payload, announcedBytes(headers));

interface Reading {
  readonly payload: Readable;
  /** Known before the first byte; the body is read all the same, and thrown away. */
  readonly refusal: ApiError | null;
  readonly clock: Clock;
}

const readWhole = ({ payload, refusal, clock }: Reading, done: Done): void => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  const cancelTimeout = clock.after(BODY_MS_MAX, () => finish(null, new BodyFault(tooSlow())));
  const finish = (error: Error | null, body?: unknown): void => {
    cancelTimeout();
    payload.removeAllListeners('data').removeAllListeners('end').removeAllListeners('error');
    payload.on('error', () => undefined); // The client may go away while nobody listens any more.
    done(error, body);
  };
  payload.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > DISCARDED_BYTES_MAX) finish(null, new BodyFault(tooLarge({ connection: 'close' })));
    else if (refusal === null && bytes <= BODY_BYTES_MAX) chunks.push(chunk);
  });
  payload.on('end', () => finish(null, bytes === 0 ? undefined : bodyOf({ refusal, bytes, chunks })));
  payload.on('error', (error: Error) => finish(error));
};

interface ReadBody {
  readonly refusal: ApiError | null;
  readonly bytes: number;
  readonly chunks: readonly Buffer[];
}

const bodyOf = ({ refusal, bytes, chunks }: ReadBody): unknown => {
  if (bytes > BODY_BYTES_MAX) return new BodyFault(tooLarge());
  if (refusal !== null) return new BodyFault(refusal);
  const buffer = chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
  return jsonOf(buffer);
};

const jsonOf = (buffer: Buffer): unknown => {
  if (!isUtf8(buffer)) return new BodyFault(malformed('The body is not UTF-8'));
  const json = buffer.toString('utf8');
  try {
    const value: unknown = JSON.parse(json);
    const name = repeatedName(json);
    return name === null ? value : new BodyFault(givenTwice(name));
  } catch {
    return new BodyFault(malformed('The body is not valid JSON'));
  }
};

const JSON_TYPE = /^application\/json\s*(;\s*charset\s*=\s*"?utf-8"?\s*)?;?\s*$/i;

const OTHER_TYPE = 'application/octet-stream';

/**
 * `onRequest` hook: Fastify itself answers a content type that it cannot read, before any guard has run.
 * With a type that it can read, the body gets to `parseBody`, which refuses it in its turn.
 */
export const replaceForeignType = (request: FastifyRequest, _reply: unknown, done: () => void): void => {
  const type = request.raw.headers['content-type'];
  const isKnown = type === undefined || JSON_TYPE.test(type) || fileTypeOf(type) !== null;
  if (!isKnown) request.raw.headers['content-type'] = OTHER_TYPE;
  done();
};

const refusalByHead = (headers: IncomingHttpHeaders): ApiError | null => {
  const type = headers['content-type'];
  const isJson = type !== undefined && JSON_TYPE.test(type);
  return refusalOfCoding(headers) ?? (isJson ? null : unsupported('The body must be application/json in UTF-8'));
};

const refusalOfCoding = ({ 'content-encoding': coded }: IncomingHttpHeaders): ApiError | null =>
  coded === undefined || coded === 'identity' ? null : unsupported('Compressed bodies are not supported');

const tooSlow = (): ApiError =>
  new ApiError({
    code: 'VALIDATION_ERROR',
    reason: 'malformed_request',
    message: `The body must arrive within ${BODY_MS_MAX / 1_000} s`,
    headers: { connection: 'close' },
  });

const malformed = (message: string): ApiError =>
  new ApiError({ code: 'VALIDATION_ERROR', reason: 'malformed_json', message, details: [{ path: '', message }] });

const unsupported = (message: string): ApiError =>
  new ApiError({
    code: 'UNSUPPORTED_MEDIA_TYPE',
    reason: 'unsupported_media_type',
    message,
    headers: { accept: 'application/json' },
  });

const tooLarge = (headers: Readonly<Record<string, string>> = {}): ApiError =>
  new ApiError({
    code: 'PAYLOAD_TOO_LARGE',
    reason: 'body_too_large',
    message: `The body must have at most ${BODY_BYTES_MAX} bytes`,
    details: { limitBytes: BODY_BYTES_MAX },
    headers,
  });
