import { capture, expireDueGrants, release } from '../credits/moves.js';
import { invariant } from '../kernel/errors.js';
import type { EnrichmentId, TransactionId } from '../kernel/ids.js';
import type { Proposal } from '../proposal.js';
import type { Candidate, Enrichment } from './enrichment.js';
import { knownEnrichment } from './find.js';

export type Ending =
  | { readonly outcome: 'found'; readonly winner: Candidate }
  | { readonly outcome: 'not_found' | 'failed' | 'timed_out' | 'cancelled' };

/** OP-01: safe sentences, nothing about providers in them. */
const ERRORS = {
  found: null,
  not_found: null,
  failed: 'No provider could answer',
  timed_out: 'Enrichment exceeded the maximum processing time',
  cancelled: 'Enrichment was cancelled',
} as const;
const DATA_FOUND = { found: true, not_found: false, failed: null, timed_out: null, cancelled: null } as const;

/** Ends a pending enrichment: captures when found, releases the rest, expires what came back too late, says so. */
export const finishEnrichment = (proposal: Proposal, id: EnrichmentId, ending: Ending): Enrichment => {
  const enrichment = knownEnrichment(proposal.state, proposal.orgId, id);
  invariant(enrichment.pending !== null, `${id} has ended already`);
  const settled = settle(proposal, enrichment, ending);
  expireDueGrants(proposal);
  const { personId, field } = enrichment;
  proposal.record('EnrichmentFinished', `enrichment/${id}`, {
    enrichmentId: id,
    personId,
    field,
    outcome: ending.outcome,
    dataFound: DATA_FOUND[ending.outcome],
    error: ERRORS[ending.outcome],
    ...settled,
    ...valuesOf(ending),
  });
  return knownEnrichment(proposal.state, proposal.orgId, id);
};

/** CR-03, CR-04: nothing is captured unless something was found. */
const settle = (proposal: Proposal, enrichment: Enrichment, ending: Ending) => {
  if (ending.outcome !== 'found') {
    return { captured: 0, released: release(proposal, enrichment, ending.outcome), transactionId: null };
  }
  const transactionId = proposal.newId<TransactionId>(0);
  const { price, provider } = ending.winner;
  capture(proposal, enrichment, { amount: price, provider, transactionId });
  const rest = knownEnrichment(proposal.state, proposal.orgId, enrichment.id);
  return { captured: price, released: release(proposal, rest, 'found_cheaper'), transactionId };
};

const valuesOf = (ending: Ending) => {
  if (ending.outcome !== 'found') return { fromCache: null, verification: null, keyId: null, sealed: null };
  const { fromCache, verification, keyId, sealed } = ending.winner;
  return { fromCache, verification, keyId, sealed };
};
