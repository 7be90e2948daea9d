import type { ApiErrorCode } from '../../commands/api-error.js';
import type { CapName } from '../../domain/credits/caps.js';
import { count, integer, listOf, object, oneOf, string, strings, type JsonSchema } from '../../events/schema-parts.js';
import { codeAt } from '../errors/dialects.js';
import { STATUS } from '../errors/status.js';
import { reasonsOf, type Reasons } from './error-reasons.js';
import { CREDIT_HEADERS, headerReferences, RATE_HEADERS, type HeaderName } from './headers.js';
import { named } from './named.js';
import type { OperationDoc } from './operation-doc.js';
import type { DeclaredRoute } from './routes.js';

const FAULT = named('Fault', object<{ path: string; message: string }>({ path: { type: 'string' }, message: string }));

/** CR-07. */
export const CAP = named(
  'BrokenCap',
  object<{ cap: CapName; limit: number; used: number; required: number }>({
    cap: oneOf<CapName>('request', 'key_daily', 'key_total', 'org_daily', 'org_monthly'),
    limit: count,
    used: count,
    required: count,
  }),
);

/** CR-09, OP-12. */
export const SHORTFALL = named(
  'Shortfall',
  object<{ required: number; available: number; shortfall: number }>({
    required: count,
    available: integer,
    shortfall: count,
  }),
);

/** What stands in `details` unless the operation says otherwise; of the other codes there are none. */
const DETAILS: Readonly<Partial<Record<ApiErrorCode, JsonSchema>>> = {
  VALIDATION_ERROR: listOf(FAULT),
  INSUFFICIENT_CREDITS: SHORTFALL,
  CAP_EXCEEDED: CAP,
  PAYLOAD_TOO_LARGE: object<{ limitBytes: number }>({ limitBytes: count }),
  GONE: object<{ erasedIds?: readonly string[] }>({ erasedIds: strings }, ['erasedIds']),
};

const HEADERS_BY_CODE: Readonly<Partial<Record<ApiErrorCode, readonly HeaderName[]>>> = {
  INSUFFICIENT_CREDITS: CREDIT_HEADERS,
  UNSUPPORTED_MEDIA_TYPE: ['Accept'],
  IDEMPOTENCY_IN_PROGRESS: ['Retry-After'],
  RATE_LIMITED: ['Retry-After'],
  UNAVAILABLE: ['Retry-After'],
};

/** Refusals that a key brings back. */
const REPLAYABLE: ReadonlySet<number> = new Set([402, 404, 409, 410]);

/** The answers of a route that are errors, by status. */
export const errorDocs = (route: DeclaredRoute): Readonly<Record<string, unknown>> => {
  const reasons = reasonsOf(route);
  const codes = Object.keys(reasons) as ApiErrorCode[];
  const statuses = [...new Set(codes.map((code) => STATUS[code]))].sort((left, right) => left - right);
  return Object.fromEntries(
    statuses.map((status) => {
      const own = codes.filter((code) => STATUS[code] === status);
      return [String(status), responseOf(route, own, { reasons, status })];
    }),
  );
};

const responseOf = (
  route: DeclaredRoute,
  codes: readonly ApiErrorCode[],
  { reasons, status }: { readonly reasons: Reasons; readonly status: number },
): unknown => {
  const schemas = codes.map((code) => errorBody(route, code, reasons[code] ?? []));
  const headers: readonly HeaderName[] = [
    'X-Request-Id',
    ...(route.scope !== null && status !== STATUS.UNAUTHORIZED ? RATE_HEADERS : []),
    ...(route.writes && REPLAYABLE.has(status) ? (['Idempotency-Replayed'] as const) : []),
    ...codes.flatMap((code) => [...(HEADERS_BY_CODE[code] ?? []), ...(route.doc.errorHeaders?.[code] ?? [])]),
  ];
  return {
    description: codes.map((code) => `${codeAt(route.path, code)}: ${(reasons[code] ?? []).join(', ')}`).join('; '),
    headers: headerReferences([...new Set(headers)]),
    content: { 'application/json': { schema: schemas.length === 1 ? schemas[0] : { anyOf: schemas } } },
  };
};

const errorBody = ({ path, doc }: DeclaredRoute, code: ApiErrorCode, reasons: readonly string[]): JsonSchema =>
  errorSchema(codeAt(path, code), reasons, detailsOf(doc, code));

const detailsOf = ({ details }: OperationDoc, code: ApiErrorCode): JsonSchema | undefined =>
  details?.[code] ?? DETAILS[code];

/** the one shape of errors of the operations and native routes. */
export const errorSchema = (code: ApiErrorCode, reasons: readonly string[], details?: JsonSchema): JsonSchema => ({
  type: 'object',
  required: ['error'],
  properties: {
    error: {
      type: 'object',
      required: ['code', 'message', 'reason', 'requestId'],
      properties: {
        code: { const: code },
        message: string,
        reason: { enum: reasons },
        ...(details !== undefined && { details }),
        requestId: string,
      },
    },
  },
});
