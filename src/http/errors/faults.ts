import { HttpException } from '@nestjs/common';
import { ApiError, invalidInput } from '../../commands/api-error.js';
import { Refused, Unavailable } from '../../commands/outcomes.js';
import { InvalidIdentity } from '../../vault/identity.js';
import { KeyDestroyed } from '../../vault/vault.js';
import { errorOfRefusal, errorOfUnavailable } from './refusals.js';

/** Whatever was thrown, as clients may see it. What is not expected is INTERNAL_ERROR, with nothing of its inside. */
export const errorOf = (thrown: unknown): ApiError => {
  if (thrown instanceof ApiError) return thrown;
  if (thrown instanceof Refused) return errorOfRefusal(thrown);
  if (thrown instanceof Unavailable) return errorOfUnavailable(thrown);
  if (thrown instanceof KeyDestroyed) return gone(thrown);
  if (thrown instanceof InvalidIdentity) return errorOfIdentity(thrown);
  if (isOutOfReach(thrown)) return errorOfUnavailable(new Unavailable('unreachable', RETRY_AFTER_S, thrown));
  return isClientFault(thrown) ? badRequest(thrown) : internal(thrown);
};

const RETRY_AFTER_S = 1;

const gone = (cause: Error): ApiError =>
  new ApiError({ code: 'GONE', reason: 'erased_person', message: 'The person was erased', cause });

const errorOfIdentity = ({ property, message, reason }: InvalidIdentity): ApiError =>
  invalidInput(property, `${property} ${message}`, reason === 'invalid_identity' ? undefined : reason);

/** What Fastify or Nest refuse before our own code sees the request: a malformed URL, a wrong Content-Length. */
const isClientFault = (thrown: unknown): thrown is Error => {
  const status =
    thrown instanceof HttpException ? thrown.getStatus() : (thrown as { statusCode?: unknown } | null)?.statusCode;
  return typeof status === 'number' && status >= 400 && status < 500;
};

const badRequest = (cause: Error): ApiError =>
  new ApiError({
    code: 'VALIDATION_ERROR',
    reason: 'malformed_request',
    message: 'The request is not well-formed',
    cause,
  });

const internal = (cause: unknown): ApiError =>
  new ApiError({ code: 'INTERNAL_ERROR', reason: 'internal_error', message: 'Internal error', cause });

/** Classes of SQLSTATE: connection lost, too many connections, server going down, statement cancelled. */
const SQLSTATE_OUT_OF_REACH = /^(08|53|57)[0-9A-Z]{3}$/;
const SOCKET_ERRORS: ReadonlySet<string> = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND']);
/** `pg` gives these no code. */
const CONNECTION_LOST =
  /^(Connection terminated|timeout (exceeded|expired)|Query read timeout|Client has encountered a connection error)/;

/** The database (or, for a log's end, the broker) does not answer. */
const isOutOfReach = (thrown: unknown): boolean => {
  if (!(thrown instanceof Error)) return false;
  const { code } = thrown as { code?: unknown };
  if (typeof code !== 'string') return CONNECTION_LOST.test(thrown.message);
  return SQLSTATE_OUT_OF_REACH.test(code) || SOCKET_ERRORS.has(code);
};
