import { count, nullable, object, oneOf, string } from '../../events/schema-parts.js';
import { CREDIT_HEADERS } from '../openapi/headers.js';
import type { AnswerDoc, OperationDoc } from '../openapi/operation-doc.js';
import { signedCredits, text, time, unit, uuid } from '../openapi/parts.js';

/** What every movement of money is answered with, besides what it was. */
const AFTER = { orgId: string, balance: signedCredits, available: signedCredits, unit };
const AFTER_EXAMPLE = { orgId: 'acme', balance: 1100, available: 1100, unit: 'credit' };
const REASON_CODE = oneOf('goodwill', 'bad_data', 'duplicate', 'correction', 'migration', 'other');
const HEADERS = ['X-Tributary-Position', ...CREDIT_HEADERS] as const;
const KEY_NEEDED = 'Needs an Idempotency-Key: money never moves twice by accident (X-07).';
const ERRORS = {
  VALIDATION_ERROR: ['idempotency_key_required', 'amount_too_large'],
  FORBIDDEN: ['test_key'],
  NOT_FOUND: ['unknown_org'],
} as const;

type After = Record<keyof typeof AFTER, unknown>;

const moved = (answer: Pick<AnswerDoc, 'description' | 'schema' | 'example'>) => ({
  201: { ...answer, headers: HEADERS },
});

/** CR-06, CR-12. */
export const GRANT_CREDITS: OperationDoc = {
  id: 'grantCredits',
  summary: 'Grant credits to an org',
  description: KEY_NEEDED,
  example: { amount: 100, source: 'purchase', expiresAt: '2027-11-21T00:00:00Z', referenceId: 'invoice-7' },
  answers: moved({
    description: 'What was granted, and what the org has now.',
    schema: object<
      After & { grantId: string; amount: number; source: string; expiresAt: string | null; referenceId: string | null }
    >({
      ...AFTER,
      grantId: text,
      amount: count,
      source: oneOf('purchase', 'subscription', 'bonus', 'manual', 'refund'),
      expiresAt: nullable(time),
      referenceId: nullable(text),
    }),
    example: {
      ...AFTER_EXAMPLE,
      grantId: '5d0e9a55-0d4f-8f0f-8a10-0b0c6a0e6a53',
      amount: 100,
      source: 'purchase',
      expiresAt: '2027-11-21T00:00:00.000Z',
      referenceId: 'invoice-7',
    },
  }),
  errors: { ...ERRORS, VALIDATION_ERROR: [...ERRORS.VALIDATION_ERROR, 'already_expired'] },
};

/** CR-12. */
export const REFUND_ENRICHMENT: OperationDoc = {
  id: 'refundEnrichment',
  summary: 'Give back what an enrichment cost, or a part of it, once',
  description: KEY_NEEDED,
  example: {
    enrichmentId: '0b0c6a0e-6a53-8d0e-9a55-0d4f6f0f6a10',
    reason: 'The address bounced',
    reasonCode: 'bad_data',
  },
  answers: moved({
    description: 'What was given back, and what the org has now.',
    schema: object<After & { transactionId: string; enrichmentId: string; amount: number; reasonCode: string }>({
      ...AFTER,
      transactionId: text,
      enrichmentId: uuid,
      amount: count,
      reasonCode: REASON_CODE,
    }),
    example: {
      ...AFTER_EXAMPLE,
      transactionId: '7a7a2f6a-1111-8d0e-9a55-0d4f6f0f6a10',
      enrichmentId: '0b0c6a0e-6a53-8d0e-9a55-0d4f6f0f6a10',
      amount: 1,
      reasonCode: 'bad_data',
    },
  }),
  errors: {
    ...ERRORS,
    NOT_FOUND: [...ERRORS.NOT_FOUND, 'unknown_enrichment'],
    CONFLICT: ['already_refunded', 'more_than_captured', 'nothing_captured', 'still_pending'],
  },
  details: { CONFLICT: { type: 'object' } },
};

/** CR-12. */
export const ADJUST_CREDITS: OperationDoc = {
  id: 'adjustCredits',
  summary: 'Add or take credits, with a reason',
  description: KEY_NEEDED,
  example: { amount: -5, reason: 'Booked twice', reasonCode: 'duplicate' },
  answers: moved({
    description: 'What was moved, and what the org has now.',
    schema: object<After & { transactionId: string; amount: number; reasonCode: string }>({
      ...AFTER,
      transactionId: text,
      amount: signedCredits,
      reasonCode: REASON_CODE,
    }),
    example: {
      ...AFTER_EXAMPLE,
      transactionId: '7a7a2f6a-1111-8d0e-9a55-0d4f6f0f6a10',
      amount: -5,
      reasonCode: 'duplicate',
    },
  }),
  errors: { ...ERRORS, INSUFFICIENT_CREDITS: ['insufficient_credits'] },
};
