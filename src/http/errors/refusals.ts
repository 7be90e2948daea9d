import { ApiError, type InputFault } from '../../commands/api-error.js';
import type { Refused, Unavailable } from '../../commands/outcomes.js';
import type { Refusal, RefusalCode } from '../../domain/kernel/refusal.js';
import { creditHeaders, REPLAYED } from '../answer.js';

const SENTENCES: Readonly<Record<RefusalCode, string>> = {
  VALIDATION_ERROR: 'The request is not valid',
  INSUFFICIENT_CREDITS: 'Organization does not have enough credits',
  CAP_EXCEEDED: 'A spending cap does not allow this request',
  NOT_FOUND: 'Not found',
  CONFLICT: 'The request contradicts what is stored',
  GONE: 'The person was erased',
  CONSENT_REQUIRED: 'Consent is required',
  IDEMPOTENCY_CONFLICT: 'The Idempotency-Key was used for another request',
  UNAVAILABLE: 'The service cannot answer now, try again',
  INTERNAL_ERROR: 'Internal error',
};

/** Where the code alone says too little. */
const SENTENCES_BY_REASON: Readonly<Record<string, string>> = {
  unknown_person: 'personId must be the id of a known person',
  unknown_enrichment: 'Enrichment not found',
  not_pending: 'The enrichment is not pending',
  person_exists: 'A person with this id exists and has another identity',
  idempotency_key_required: 'An Idempotency-Key is required',
  invalid_amount: 'amount is not valid',
  amount_too_large: 'The balance would be more than can be counted',
  already_expired: 'expiresAt must be in the future',
  still_pending: 'The enrichment is pending: cancel it instead',
  nothing_captured: 'The enrichment cost nothing',
  already_refunded: 'The enrichment was refunded already',
  more_than_captured: 'The enrichment cost less than that',
  identity_conflict: 'The identities belong to different persons',
};

const RETRY_AFTER_S = 1;

export const errorOfRefusal = ({ refusal, replayed }: Refused): ApiError => {
  const details = detailsOf(refusal);
  return new ApiError({
    code: refusal.code,
    reason: refusal.reason,
    message: SENTENCES_BY_REASON[refusal.reason] ?? SENTENCES[refusal.code],
    ...(details !== undefined && { details }),
    headers: { ...headersOf(refusal), ...(replayed && REPLAYED) },
  });
};

export const errorOfUnavailable = (unavailable: Unavailable): ApiError =>
  new ApiError({
    code: 'UNAVAILABLE',
    reason: unavailable.reason,
    message: SENTENCES.UNAVAILABLE,
    headers: { 'retry-after': String(unavailable.retryAfterS) },
    cause: unavailable.cause,
  });

/** OP-12 names all unknown ids; everything else is shown as the decider gave it. */
const detailsOf = ({ code, details }: Refusal): readonly InputFault[] | Refusal['details'] => {
  const unknownIds = details?.['unknownIds'];
  if (code !== 'VALIDATION_ERROR') return details;
  return Array.isArray(unknownIds)
    ? unknownIds.map((id) => ({ path: 'personId', message: `${String(id)} is not a known person` }))
    : undefined;
};

/** a 402 reports credits; it reserved and charged nothing. */
const headersOf = ({ code, details }: Refusal): Readonly<Record<string, string>> => {
  if (code === 'UNAVAILABLE') return { 'retry-after': String(RETRY_AFTER_S) };
  const available = details?.['available'];
  return typeof available === 'number' ? creditHeaders({ reserved: 0, charged: 0, available }) : {};
};
