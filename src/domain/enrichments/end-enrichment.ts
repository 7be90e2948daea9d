import type { Command } from '../command.js';
import { availableIn } from '../credits/account.js';
import type { EnrichmentId } from '../kernel/ids.js';
import type { Refusal } from '../kernel/refusal.js';
import type { Proposal } from '../proposal.js';
import { streams } from '../streams.js';
import { answered, refused, type Verdict } from '../verdict.js';
import { viewOf } from './enrichment-view.js';
import { findEnrichment, isOverdue, isPending } from './find.js';
import { finishEnrichment } from './finish.js';

const NO_ENRICHMENT: Refusal = { code: 'NOT_FOUND', reason: 'unknown_enrichment' };

/** OP-09: ends it if its deadline has passed; otherwise answers it as it is. */
export const expireEnrichment = (
  { orgId, data }: Command<'ExpireEnrichment'>,
  proposal: Proposal,
): Verdict<'ExpireEnrichment'> => {
  const found = findEnrichment(proposal.state, orgId, data.enrichmentId);
  if (found === undefined) return refused(NO_ENRICHMENT);
  const overdue = isOverdue(found, proposal.nowMs);
  const enrichment = overdue ? finishEnrichment(proposal, found.id, { outcome: 'timed_out' }) : found;
  return answered({ enrichment: viewOf(enrichment) }, null);
};

/** OP-21: cancelled at once, everything released; a late answer never charges. */
export const cancelEnrichment = (
  { orgId, data }: Command<'CancelEnrichment'>,
  proposal: Proposal,
): Verdict<'CancelEnrichment'> => {
  const current = proposal.state.get(streams.current(orgId, data.personId, data.field, data.optionsHash));
  const found = current && findEnrichment(proposal.state, orgId, current.enrichmentId as EnrichmentId);
  if (!found) return refused(NO_ENRICHMENT);
  if (!isPending(found)) {
    return refused({ code: 'CONFLICT', reason: 'not_pending', details: { enrichment: viewOf(found) } });
  }
  const enrichment = finishEnrichment(proposal, found.id, { outcome: 'cancelled' });
  const result = { enrichment: viewOf(enrichment), available: availableIn(proposal.account()) };
  return answered(result, { status: 'cancelled', references: [found.id], inEvents: false });
};
