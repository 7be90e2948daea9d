import { boolean, count, nullable, object, oneOf, string, type JsonSchema } from '../../events/schema-parts.js';
import { CAP, SHORTFALL } from '../openapi/error-docs.js';
import { CREDIT_HEADERS } from '../openapi/headers.js';
import { named } from '../openapi/named.js';
import type { OperationDoc } from '../openapi/operation-doc.js';
import { credits, described, signedCredits } from '../openapi/parts.js';
import { REQUEST_ERRORS, SELECTION_REASONS } from './enrichment.docs.js';

/** The 402 that the request would get. */
const SHORTAGE: JsonSchema = object<{ code: string; reason: string; details: unknown }>({
  code: oneOf('INSUFFICIENT_CREDITS', 'CAP_EXCEEDED'),
  reason: string,
  details: { anyOf: [SHORTFALL, CAP] },
});

interface Estimated {
  readonly newCount: number;
  readonly reusedCount: number;
  readonly reservedMax: number;
  readonly expected: number;
  readonly perItem: number;
  readonly balanceAfterMax: number;
  readonly affordable: boolean;
  readonly shortage: unknown;
}

const ESTIMATE = named(
  'Estimate',
  object<Estimated>({
    newCount: count,
    reusedCount: count,
    reservedMax: described(credits, '`newCount` × `perItem`: what would be set aside.'),
    expected: described(credits, 'What it will probably cost.'),
    perItem: credits,
    balanceAfterMax: described(signedCredits, 'Available then; less than 0 when it is not affordable.'),
    affordable: boolean,
    shortage: nullable(SHORTAGE),
  }),
);

/** OP-23. */
export const ESTIMATE_ENRICHMENTS: OperationDoc = {
  id: 'estimateEnrichments',
  summary: 'What a single, batch or bulk request would come to',
  description: 'Decided like the real one; it changes nothing and keeps no key. The body is that of the request.',
  example: { personIds: ['550e8400-e29b-41d4-a716-446655440000'], field: 'emails' },
  bodyRules: {
    oneOf: [{ required: ['personId'] }, { required: ['personIds'] }, { required: ['selection'] }],
    dependentRequired: { force: ['personId'], filters: ['selection'] },
  },
  answers: {
    200: {
      description: 'The estimate.',
      schema: ESTIMATE,
      headers: CREDIT_HEADERS,
      example: {
        newCount: 1,
        reusedCount: 0,
        reservedMax: 3,
        expected: 2,
        perItem: 3,
        balanceAfterMax: 997,
        affordable: true,
        shortage: null,
      },
    },
  },
  errors: {
    VALIDATION_ERROR: [...REQUEST_ERRORS.VALIDATION_ERROR, ...SELECTION_REASONS, 'invalid_target'],
    GONE: REQUEST_ERRORS.GONE,
  },
};
