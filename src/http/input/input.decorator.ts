import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { ApiError, invalidInput } from '../../commands/api-error.js';
import { BodyFault } from './body.js';
import { cleanJson, cleanText, checkName } from './clean.js';
import { IncomingFile } from './file-body.js';

/** Where a route takes its input from, besides the path: `either` = query or body, and no contradiction. */
export type InputSource = 'query' | 'body' | 'either' | 'path' | BodyBut;

/** The body, but these parameters may be in the query instead (OP-02). */
export interface BodyBut {
  readonly orQuery: readonly string[];
}

export interface InputRequest {
  readonly params: unknown;
  readonly query: unknown;
  readonly body?: unknown;
  readonly url?: string;
}

type Properties = Readonly<Record<string, unknown>>;

/**
 * The whole input of a request as one object, for one validation: the pipe is the dearest part of a request
 * (reference/performance.md §2.1). Use it on every route, so that no parameter is ignored in silence.
 */
export const inputOfContext = (source: InputSource, context: ExecutionContext): Properties =>
  inputOf(context.switchToHttp().getRequest<InputRequest>(), source);
export const Input = createParamDecorator(inputOfContext);

/** @throws ApiError for whatever no DTO could see: unreadable bodies, repeated parameters, contradictions */
export const inputOf = (request: InputRequest, source: InputSource): Properties => {
  if (request.body instanceof BodyFault) throw request.body.error;
  refuseMalformedQuery(request.url ?? '');
  const path = textsOf(request.params);
  const query = textsOf(request.query);
  const body = bodyOf(request.body);
  refuseKeys(query, (key) => !isTakenFromQuery(source, key) || key in path);
  refuseKeys(body, (key) => source === 'query' || source === 'path' || key in path);
  for (const [key, value] of Object.entries(query)) {
    if (key in body && body[key] !== value) {
      throw invalidInput(key, `${key} differs between query and body`, `conflicting_${key}`);
    }
  }
  return { ...query, ...body, ...path };
};

/** What cannot be decoded would be taken as it stands, percent signs and all, and mean something else. */
const refuseMalformedQuery = (url: string): void => {
  const query = url.slice(url.indexOf('?') + 1);
  if (!query.includes('%') || query === url) return;
  try {
    decodeURIComponent(query);
  } catch {
    throw invalidInput('', 'The query is not properly percent-encoded UTF-8', 'malformed_query');
  }
};

export const isTakenFromQuery = (source: InputSource, key: string): boolean =>
  typeof source === 'string' ? source === 'query' || source === 'either' : source.orQuery.includes(key);

const textsOf = (given: unknown): Properties => {
  const texts: Record<string, unknown> = {};
  for (const [key, value] of Object.entries((given ?? {}) as Record<string, unknown>)) {
    checkName(key, '');
    if (typeof value !== 'string') throw invalidInput(key, `${key} must be given once`, 'repeated_parameter');
    texts[key] = cleanText(value, { path: key, echoed: false });
  }
  return texts;
};

const bodyOf = (body: unknown): Properties => {
  if (body === undefined || body instanceof IncomingFile) return {};
  if (body === null || typeof body !== 'object' || Array.isArray(body)) {
    throw new ApiError({
      code: 'VALIDATION_ERROR',
      reason: 'invalid_body',
      message: 'The body must be a JSON object',
      details: [{ path: '', message: 'must be a JSON object' }],
    });
  }
  return cleanJson(body) as Properties;
};

const refuseKeys = (given: Properties, isRefused: (key: string) => boolean): void => {
  const key = Object.keys(given).find(isRefused);
  if (key !== undefined) throw unknownProperty(key);
};

export const UNKNOWN_PROPERTY = 'unknown_property';
export const unknownProperty = (key: string): ApiError =>
  invalidInput(key, `${key} is not a known property`, UNKNOWN_PROPERTY);
