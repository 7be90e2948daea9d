import type { EnrichmentId, OrgId } from '../kernel/ids.js';
import { invariant } from '../kernel/errors.js';
import { epochMsOf } from '../kernel/instant.js';
import type { StateReader } from '../state.js';
import { streams } from '../streams.js';
import type { Enrichment } from './enrichment.js';

/** Enrichment streams are not keyed by org, so the tenant is checked here: a foreign one does not exist. */
export const findEnrichment = (state: StateReader, orgId: OrgId, id: EnrichmentId): Enrichment | undefined => {
  const enrichment = state.get(streams.enrichment(id));
  return enrichment?.orgId === orgId ? enrichment : undefined;
};

/** For ids that the log itself named. */
export const knownEnrichment = (state: StateReader, orgId: OrgId, id: EnrichmentId): Enrichment => {
  const enrichment = findEnrichment(state, orgId, id);
  invariant(enrichment !== undefined, `enrichment ${id} was never requested`);
  return enrichment;
};

export const isPending = (enrichment: Enrichment): boolean => enrichment.status === 'pending';

/** OP-09. */
export const isOverdue = (enrichment: Enrichment, nowMs: number): boolean =>
  isPending(enrichment) && epochMsOf(enrichment.deadlineAt) <= nowMs;
