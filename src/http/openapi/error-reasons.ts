import { snakeCase, type ApiErrorCode } from '../../commands/api-error.js';
import { isTakenFromQuery } from '../input/input.decorator.js';
import { inputProperties, type InputProperty } from '../input/described.js';
import type { DeclaredRoute } from './routes.js';

/** Reasons by code. */
export type Reasons = Readonly<Partial<Record<ApiErrorCode, readonly string[]>>>;

/** Whatever route: our own bug. */
const ALWAYS: Reasons = { INTERNAL_ERROR: ['internal_error'] };

const GUARDED: Reasons = {
  UNAUTHORIZED: ['unauthenticated'],
  FORBIDDEN: ['missing_scope'],
  RATE_LIMITED: ['rate_limited'],
  UNAVAILABLE: ['overloaded', 'unreachable'],
};

/** X-06, of any text that is given. */
const GIVEN: Reasons = {
  VALIDATION_ERROR: [
    'unknown_property',
    'invalid_name',
    'forbidden_name',
    'invalid_text',
    'control_characters',
    'repeated_parameter',
    'malformed_query',
    'malformed_request',
  ],
};

const WITH_BODY: Reasons = {
  VALIDATION_ERROR: ['malformed_json', 'repeated_property', 'invalid_body', 'too_deep'],
  PAYLOAD_TOO_LARGE: ['body_too_large'],
  UNSUPPORTED_MEDIA_TYPE: ['unsupported_media_type'],
};

const READS: Reasons = { VALIDATION_ERROR: ['invalid_position'], UNAVAILABLE: ['read_model_behind'] };

const WRITES: Reasons = {
  VALIDATION_ERROR: ['invalid_idempotency_key'],
  IDEMPOTENCY_CONFLICT: ['idempotency_key_reused'],
  IDEMPOTENCY_IN_PROGRESS: ['idempotency_key_in_use'],
};

/** Where a command may be sent: also a GET may end what is overdue. */
const COMMANDS: Reasons = { UNAVAILABLE: ['lagging', 'no_answer', 'expired'] };

/** Everything that can be said no with on this route. */
export const reasonsOf = (route: DeclaredRoute): Reasons => {
  const { input, scope, reads, writes, method, doc } = route;
  const parts: readonly Reasons[] = [
    ALWAYS,
    ...(scope === null ? [] : [GUARDED]),
    ...(input === null ? [] : [GIVEN, ownReasons(route)]),
    ...(input === null || method === 'GET' ? [] : [WITH_BODY]),
    ...(reads ? [READS] : []),
    ...(writes ? [WRITES] : []),
    ...(writes || reads || method !== 'GET' ? [COMMANDS] : []),
    doc.errors ?? {},
  ];
  const codes = [...new Set(parts.flatMap((part) => Object.keys(part) as ApiErrorCode[]))];
  return Object.fromEntries(codes.map((code) => [code, unique(parts.flatMap((part) => part[code] ?? []))]));
};

const ownReasons = ({ input }: DeclaredRoute): Reasons => {
  if (input === null) return {};
  const properties = inputProperties(input.dto);
  const { source } = input;
  const isInBoth = ({ name }: InputProperty): boolean =>
    isTakenFromQuery(source, name) && source !== 'query' && source !== 'path';
  const conflicts = properties.filter(isInBoth).map(({ name }) => `conflicting_${snakeCase(name)}`);
  const own = properties.flatMap(({ name, reasons }) => [`invalid_${snakeCase(name)}`, ...reasons]);
  return { VALIDATION_ERROR: [...own, ...conflicts] };
};

const unique = (texts: readonly string[]): readonly string[] => [...new Set(texts)].sort();
