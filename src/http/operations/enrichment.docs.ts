import { listOf, object } from '../../events/schema-parts.js';
import { CREDIT_HEADERS, POSITION } from '../openapi/headers.js';
import type { AnswerDoc, OperationDoc } from '../openapi/operation-doc.js';
import { ATTEMPT, ENRICHMENT, FOUND_EXAMPLE, NO_ENRICHMENT, PENDING_EXAMPLE } from './enrichment.schema.js';

const REQUEST_HEADERS = ['X-Tributary-Position', ...CREDIT_HEADERS, 'Retry-After', 'ETag'] as const;
/** Of every request for enrichments, and of its estimate. */
export const REQUEST_ERRORS = {
  VALIDATION_ERROR: ['unknown_person', 'unknown_waterfall', 'empty_waterfall'],
  INSUFFICIENT_CREDITS: ['insufficient_credits'],
  CAP_EXCEEDED: ['cap_exceeded'],
  GONE: ['erased_person'],
};

/** Besides: what is wrong with the selection of a bulk. */
export const SELECTION_REASONS = [
  'empty_selection',
  'filters_required',
  'invalid_ids',
  'invalid_selection_excluded_ids',
  'invalid_selection_included_ids',
  'invalid_selection_mode',
  'invalid_selection_start_index',
  'invalid_selection_target_count',
  'repeated_filters',
  'too_many_ids',
];

/** OP-02, OP-04. */
export const REQUEST_ENRICHMENT: OperationDoc = {
  id: 'requestEnrichment',
  summary: 'Enrich one person, or get the enrichment that is pending or finished already',
  description:
    'Credits of the dearest path are reserved for a new one (CR-02). `field` may stand in the query or the body. `force` makes a new one even after a finished one, and needs an Idempotency-Key (OP-05).',
  answers: {
    200: {
      description: 'The enrichment: pending when it is new.',
      schema: ENRICHMENT,
      headers: REQUEST_HEADERS,
      example: PENDING_EXAMPLE,
    },
  },
  errors: { ...REQUEST_ERRORS, VALIDATION_ERROR: [...REQUEST_ERRORS.VALIDATION_ERROR, 'idempotency_key_required'] },
};

/** OP-03. */
export const FIND_ENRICHMENT: OperationDoc = {
  id: 'findEnrichment',
  summary: 'The newest enrichment of a person and field',
  description:
    'While it is pending, `Retry-After` says when to look again. One that is overdue is ended by the look (OP-09).',
  answers: {
    200: {
      description: 'The enrichment.',
      schema: ENRICHMENT,
      headers: [...POSITION, 'Retry-After', 'ETag'],
      example: FOUND_EXAMPLE,
    },
    304: { description: 'It is as the client knows it.', headers: [...POSITION, 'ETag'] },
  },
  errors: { NOT_FOUND: ['unknown_enrichment'] },
};

const nobody = (id: string): OperationDoc => ({
  id,
  summary: 'Nothing: the person is missing in the path',
  answers: {},
  errors: { VALIDATION_ERROR: ['invalid_person_id'] },
});

/** OP-06. */
export const REQUEST_NOBODY = nobody('requestNobody');
export const FIND_NOBODY = nobody('findNobody');

const requested = (description: string): AnswerDoc => ({
  description,
  schema: listOf(ENRICHMENT),
  headers: ['X-Tributary-Position', ...CREDIT_HEADERS, 'Retry-After'],
  example: [PENDING_EXAMPLE],
});

/** OP-11..OP-14. */
export const REQUEST_BATCH: OperationDoc = {
  id: 'requestEnrichmentBatch',
  summary: 'Enrich up to 100 people at once: all of them or none',
  example: { personIds: ['550e8400-e29b-41d4-a716-446655440000'], field: 'emails' },
  answers: { 200: requested('One per distinct id, in the order of first appearance.') },
  errors: REQUEST_ERRORS,
};

/** OP-15..OP-19. */
export const REQUEST_BULK: OperationDoc = {
  id: 'requestEnrichmentBulk',
  summary: 'Enrich up to 1,000 people, named or found by a filter, in one decision',
  example: {
    selection: { mode: 'bulk', targetCount: 100, filters: { field: 'country', op: 'eq', value: 'FR' } },
    field: 'emails',
  },
  answers: { 200: requested('One per distinct person: in the order named, or oldest first.') },
  errors: {
    ...REQUEST_ERRORS,
    VALIDATION_ERROR: [...REQUEST_ERRORS.VALIDATION_ERROR, ...SELECTION_REASONS],
  },
};

/** OP-20. */
export const QUERY_ENRICHMENTS: OperationDoc = {
  id: 'queryEnrichments',
  summary: 'How up to 200 enrichments stand, in one question',
  description: 'It changes nothing, so it keeps no key.',
  example: { tasks: [{ entityId: '550e8400-e29b-41d4-a716-446655440000', field: 'emails' }] },
  answers: {
    200: {
      description: 'One entry per task, in order.',
      schema: listOf({ anyOf: [ENRICHMENT, NO_ENRICHMENT] }),
      headers: [...POSITION, 'Retry-After'],
      example: [FOUND_EXAMPLE],
    },
  },
  errors: { VALIDATION_ERROR: ['invalid_entity_id', 'invalid_entity_type', 'invalid_field', 'invalid_task'] },
};

/** OP-21. */
export const CANCEL_ENRICHMENT: OperationDoc = {
  id: 'cancelEnrichment',
  summary: 'Cancel a pending enrichment',
  description: 'No further step starts, everything reserved comes back, a late answer never charges.',
  answers: {
    200: {
      description: 'The enrichment, cancelled.',
      schema: ENRICHMENT,
      headers: [...POSITION, ...CREDIT_HEADERS, 'ETag'],
      example: { ...PENDING_EXAMPLE, status: 'cancelled', error: 'Enrichment was cancelled' },
    },
  },
  errors: { NOT_FOUND: ['unknown_enrichment'], CONFLICT: ['not_pending'] },
  details: { CONFLICT: object<{ enrichment: object }>({ enrichment: ENRICHMENT }) },
};

/** OP-22. */
export const LIST_ATTEMPTS: OperationDoc = {
  id: 'listAttempts',
  summary: 'Whom the newest enrichment of a person and field has asked, and what came of it',
  answers: {
    200: {
      description: 'In the order of the log; no values.',
      schema: listOf(ATTEMPT),
      headers: POSITION,
      example: [
        {
          step: 1,
          provider: 'sandbox-fast',
          waterfallVersion: 1,
          startedAt: '2026-11-21T01:02:03.104Z',
          latencyMs: 20,
          outcome: 'hit',
          reason: null,
          price: 1,
          verification: 'deliverable',
          valuesFound: 1,
          late: false,
        },
      ],
    },
  },
  errors: { NOT_FOUND: ['unknown_enrichment'] },
};
