import type { Executed } from '../../commands/gateway.js';
import type { Position } from '../../commands/ports.js';
import type { EnrichmentView } from '../../domain/enrichments/enrichment-view.js';
import { invariant } from '../../domain/kernel/errors.js';
import { epochMsOf } from '../../domain/kernel/instant.js';
import { Answer, NOT_MODIFIED, type AnswerOptions } from '../answer.js';
import { etagOf, matchesTag } from './etag.js';

/** OP-01: all fields always present. */
export const presentEnrichment = (view: EnrichmentView) => ({
  id: view.id,
  createdAt: view.createdAt,
  updatedAt: view.updatedAt,
  entityId: view.personId,
  entityType: 'person',
  field: view.field,
  status: view.status,
  error: view.error,
  dataFound: view.dataFound,
  createdBy: view.createdBy,
  orgId: view.orgId,
  globalEnrichmentId: view.globalEnrichmentId,
  creditTransactionId: view.creditTransactionId,
  creditReservationId: view.creditReservationId,
  receipt: view.receipt,
});

/** The answer to a POST of one person: what was reused or made, and what it did to the credits. */
export const answerRequested = (
  { result, position, replayed }: Executed<'RequestEnrichments'>,
  nowMs: number,
): Answer => {
  const [view] = result.enrichments;
  invariant(view !== undefined, 'a request for one person was answered with no enrichment');
  const credits = { reserved: result.reserved, charged: 0, available: result.available };
  return new Answer(presentEnrichment(view), { ...headOf(view, nowMs), position, credits, replayed });
};

/** The answer to a POST of several (OP-11): a bare array. */
export const answerAllRequested = (
  { result, position, replayed }: Executed<'RequestEnrichments'>,
  nowMs: number,
): Answer => {
  const { enrichments, reserved, available } = result;
  const credits = { reserved, charged: 0, available };
  const head = { ...headOfAll(enrichments, nowMs), position, credits, replayed };
  return new Answer(enrichments.map(presentEnrichment), head);
};

/** X-10 for several: the youngest pending one says when to look again. */
export const headOfAll = (views: readonly EnrichmentView[], nowMs: number): Pick<AnswerOptions, 'retryAfterS'> => {
  const pending = views.filter(({ status }) => status === 'pending');
  return pending.length === 0 ? {} : { retryAfterS: Math.min(...pending.map((view) => retryAfterS(view, nowMs))) };
};

/** The answer to a cancellation. */
export const answerCancelled = ({ result, position, replayed }: Executed<'CancelEnrichment'>): Answer =>
  new Answer(presentEnrichment(result.enrichment), {
    etag: etagOf(result.enrichment),
    position,
    replayed,
    credits: { reserved: 0, charged: 0, available: result.available },
  });

export interface Look {
  readonly nowMs: number;
  /** `If-None-Match` */
  readonly knownTags: string | null;
  /** Set when looking has ended an overdue one. */
  readonly position: Position | null;
}

/** The answer to a GET. */
export const answerFound = (view: EnrichmentView, { nowMs, knownTags, position }: Look): Answer => {
  const head = { ...headOf(view, nowMs), position };
  const isKnown = head.etag !== undefined && knownTags !== null && matchesTag(knownTags, head.etag);
  return isKnown ? new Answer(null, { ...head, status: NOT_MODIFIED }) : new Answer(presentEnrichment(view), head);
};

/** a pending one says when to look again, an ended one never changes. */
const headOf = (view: EnrichmentView, nowMs: number): Pick<AnswerOptions, 'retryAfterS' | 'etag'> =>
  view.status === 'pending' ? { retryAfterS: retryAfterS(view, nowMs) } : { etag: etagOf(view) };

const RETRY_AFTER_MAX_S = 10;
/** One second more for every so many of age: slow ones are asked for less often. */
const AGE_STEP_MS = 5_000;

const retryAfterS = ({ createdAt }: EnrichmentView, nowMs: number): number => {
  const ageMs = Math.max(0, nowMs - epochMsOf(createdAt));
  return Math.min(RETRY_AFTER_MAX_S, 1 + Math.floor(ageMs / AGE_STEP_MS));
};
