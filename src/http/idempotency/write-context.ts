import { hash } from 'node:crypto';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { AuthenticatedRequest } from '../../auth/decorators.js';
import { invalidInput, type ApiError } from '../../commands/api-error.js';
import { requestKeyOf, type RequestKey } from '../../commands/request-key.js';
import { pathOf } from '../errors/path-of.js';
import { cleanJson } from '../input/clean.js';
import { IncomingFile } from '../input/file-body.js';
import { canonicalJson } from './canonical-json.js';
import { lowerIds } from './lower-ids.js';

/** What the head of a POST says about it. */
export interface WriteHead {
  readonly correlationId: string;
  /** X-07; null when the client sent none. */
  readonly key: RequestKey | null;
}

export interface WriteContext {
  /**
   * To be asked for when all of the input is checked: a malformed key is the last of its faults, and the
   * fingerprint reads the body to its whole depth. @throws ApiError when what was sent is no key, or none was sent
   * where `keyRequired`
   */
  head(options?: { readonly keyRequired: boolean }): WriteHead;
}

type WriteRequest = FastifyRequest & AuthenticatedRequest;

export const writingOf = (_: unknown, context: ExecutionContext): WriteContext => {
  const request = context.switchToHttp().getRequest<WriteRequest>();
  return {
    head: ({ keyRequired } = { keyRequired: false }) => {
      const key = keyOf(request);
      if (keyRequired && key === null) throw noKey();
      return { correlationId: request.id, key };
    },
  };
};
export const Writing = createParamDecorator(writingOf);

const HEADER = 'Idempotency-Key';
const KEY = /^[\x20-\x7e]{1,255}$/;

const keyOf = (request: WriteRequest): RequestKey | null => {
  const key = request.headers['idempotency-key'];
  if (key === undefined) return null;
  if (typeof key !== 'string' || !KEY.test(key)) {
    throw invalidInput(HEADER, `${HEADER} must have 1 to 255 printable ASCII characters`, 'invalid_idempotency_key');
  }
  const { orgId } = request.principal;
  const route = `${request.method} ${request.routeOptions.url ?? ''}`;
  return requestKeyOf({ orgId, route, key }, fingerprintOf(request));
};

const noKey = (): ApiError =>
  invalidInput(HEADER, `${HEADER} is required for this request`, 'idempotency_key_required');

/** Over what the request says, so that two that mean the same are one: as X-06 reads texts and ids, no body as an empty one. */
const fingerprintOf = ({ method, url, query, body }: FastifyRequest): string => {
  // Every part of a path that the router did not compare itself is an id.
  const path = pathOf(url).toLowerCase();
  // A file is not read yet, and its route keeps no key.
  const said = body instanceof IncomingFile ? {} : lowerIds(cleanJson(body ?? {}));
  return hash('sha256', [method, path, canonicalJson(query), canonicalJson(said)].join('\n'));
};
