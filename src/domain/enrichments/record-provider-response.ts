import type { Command } from '../command.js';
import type { OpenAttempt } from './enrichment.js';
import type { Proposal } from '../proposal.js';
import { answered, refused, type Verdict } from '../verdict.js';
import { CACHE_STEP } from '../waterfall/price.js';
import { courseAfter, progressAfter } from '../waterfall/progress.js';
import { findEnrichment, isOverdue } from './find.js';
import { finishEnrichment } from './finish.js';
import type { Enrichment, PendingWork } from './enrichment.js';

type ResponseData = Command<'RecordProviderResponse'>['data'];

/** Counts only if it answers the open attempt; otherwise it is kept as late and changes no enrichment (DESIGN §3). */
export const recordProviderResponse = (
  { orgId, data }: Command<'RecordProviderResponse'>,
  proposal: Proposal,
): Verdict<'RecordProviderResponse'> => {
  const found = findEnrichment(proposal.state, orgId, data.enrichmentId);
  if (found === undefined) return refused({ code: 'NOT_FOUND', reason: 'unknown_enrichment' });
  if (isCopy(found, data)) return answered({}, null);
  const overdue = isOverdue(found, proposal.nowMs);
  const enrichment = overdue ? finishEnrichment(proposal, found.id, { outcome: 'timed_out' }) : found;
  const { pending } = enrichment;
  if (pending !== null && isAwaited(pending.attempt, data)) advance(proposal, pending, data);
  else recordResponse(proposal, data, { late: true, next: null });
  return answered({}, null);
};

/** Every attempt that was answered has its line, in order: an answer for one of these was sent again. */
const isCopy = (enrichment: Enrichment, { attempt }: ResponseData): boolean => attempt <= enrichment.lines.length;

/** The cache may answer in place of the first step. */
const isAwaited = (open: OpenAttempt, { attempt, step, provider }: ResponseData): boolean =>
  attempt === open.attempt &&
  ((step === open.step && provider === open.provider) || (step === CACHE_STEP && open.attempt === 1));

const advance = (proposal: Proposal, pending: PendingWork, data: ResponseData): void => {
  const course = courseAfter(pending.plan, progressAfter(pending.plan, pending, data), data);
  if (course.kind === 'next') {
    recordResponse(proposal, data, { late: false, next: course.next });
    return;
  }
  recordResponse(proposal, data, { late: false, next: null });
  const ending = course.kind === 'found' ? { outcome: course.kind, winner: course.winner } : { outcome: course.kind };
  finishEnrichment(proposal, data.enrichmentId, ending);
};

const recordResponse = (
  proposal: Proposal,
  data: ResponseData,
  course: { readonly late: boolean; readonly next: OpenAttempt | null },
): void => proposal.record('ProviderResponded', `enrichment/${data.enrichmentId}`, { ...data, ...course });
