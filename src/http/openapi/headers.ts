import type { JsonSchema } from '../../events/schema-parts.js';

const whole: JsonSchema = { type: 'integer', minimum: 0 };
const text: JsonSchema = { type: 'string' };

const header = (description: string, schema: JsonSchema, example: unknown) => ({ description, schema, example });

/** Every header that an answer may have, besides those of HTTP itself that tell nothing of ours. */
export const HEADERS = {
  'X-Request-Id': header('The caller’s, or a UUID v7 (X-04).', text, '019f0c4e-8a3c-7b1e-9d55-0d4f6f0f6a10'),
  'RateLimit-Policy': header(
    'Limits per minute as this process enforces them (X-08).',
    text,
    '"org-reads";q=1200;w=60',
  ),
  RateLimit: header('Requests left, and seconds until all of them are (X-08).', text, '"org-reads";r=1199;t=1'),
  'X-RateLimit-Limit': header('Of the limit that will be reached first.', whole, 1200),
  'X-RateLimit-Remaining': header('Requests that will be admitted if they come now.', whole, 1199),
  'X-RateLimit-Reset': header('Seconds until all of the limit is there again.', whole, 1),
  'Retry-After': header('Seconds to wait before asking again (X-10).', whole, 1),
  'X-Tributary-Position': header(
    'Where the log stands after this; a GET that sends it back sees at least that (X-11).',
    { type: 'string', pattern: '^\\d{1,5}:\\d{1,18}$' },
    '3:10482',
  ),
  'X-Credits-Reserved': header('Credits set aside by this request (X-09).', whole, 3),
  'X-Credits-Charged': header('Credits charged by this request (X-09).', whole, 0),
  'X-Credits-Available': header('Credits available after this request (X-09).', { type: 'integer' }, 997),
  'Idempotency-Replayed': header(
    'The answer of an earlier request under the same key (X-07).',
    { const: 'true' },
    'true',
  ),
  ETag: header(
    'Of an object that will not change any more (X-10).',
    text,
    '"0b0c6a0e-6a53-8d0e-9a55-0d4f6f0f6a10-mi8v2f2c"',
  ),
  Location: header('Where the object is.', text, '/api/v1/persons/550e8400-e29b-41d4-a716-446655440000'),
  'X-Person-Existing': header('The person was known: nobody was added.', { const: 'true' }, 'true'),
  'Content-Disposition': header('A name to save it under.', text, 'attachment; filename="ledger.ndjson"'),
  Accept: header('What a body must be.', text, 'application/json'),
  Allow: header('The methods of the route.', text, 'GET, HEAD, POST'),
} as const;

export type HeaderName = keyof typeof HEADERS;

export const RATE_HEADERS = [
  'RateLimit-Policy',
  'RateLimit',
  'X-RateLimit-Limit',
  'X-RateLimit-Remaining',
  'X-RateLimit-Reset',
] as const satisfies readonly HeaderName[];

export const CREDIT_HEADERS = [
  'X-Credits-Reserved',
  'X-Credits-Charged',
  'X-Credits-Available',
] as const satisfies readonly HeaderName[];

/** Of a mutation. */
export const POSITION: readonly HeaderName[] = ['X-Tributary-Position'];

export const headerReferences = (names: readonly HeaderName[]): Readonly<Record<string, JsonSchema>> =>
  Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
