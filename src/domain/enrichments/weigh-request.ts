import type { CommandDataByType } from '../command.js';
import { capRefusal } from '../credits/caps.js';
import { freeIn } from '../credits/grants.js';
import { expireDueGrants, spendableGrants } from '../credits/moves.js';
import { spendersOf } from '../credits/spending.js';
import type { EnrichmentId, OrgId, PersonId } from '../kernel/ids.js';
import type { Refusal } from '../kernel/refusal.js';
import type { Proposal } from '../proposal.js';
import { DEFAULT_SETTINGS } from '../settings/settings.js';
import type { StateReader } from '../state.js';
import { streams } from '../streams.js';
import { reservedPriceOf } from '../waterfall/price.js';
import type { Enrichment } from './enrichment.js';
import { findEnrichment, isOverdue, isPending } from './find.js';
import { finishEnrichment } from './finish.js';

/** The part of a command that says who asks for what; an estimate has the same. */
export interface EnrichmentsAsked {
  readonly orgId: OrgId;
  readonly data: CommandDataByType['RequestEnrichments'];
}

/** People in one command (OP-15): its events stay one atomic batch of about 1.2 MB (DESIGN §2.4). */
export const PERSONS_MAX = 1_000;

/** Index of the reservation among the ids of its command; the enrichments follow, by position. */
export const RESERVATION_INDEX = 0;

/** One position of the answer: the enrichment that is there already, or the new one to make. */
export interface Slot {
  readonly personId: PersonId;
  readonly enrichmentId: EnrichmentId;
  readonly reused: boolean;
  readonly supersedes: EnrichmentId | null;
}

/** What a request comes to before anything is made or reserved for it. */
export type Weighed =
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  | {
      readonly kind: 'weighed';
      /** By position of the answer. */
      readonly slots: readonly Slot[];
      /** Those of them that would be new. */
      readonly fresh: readonly Slot[];
      /** Reserved for each new one: the dearest path of the plan (CR-02). */
      readonly perItem: number;
      readonly required: number;
      /** The cap or the want of credits that forbids it (X-01: caps first). */
      readonly shortage: Refusal | null;
    };

/** The one place that says what a request would make and cost; the estimate (OP-23) asks it on a proposal of its own. */
export const weighRequest = (asked: EnrichmentsAsked, proposal: Proposal): Weighed => {
  const refusal = shapeRefusal(asked.data) ?? personRefusal(asked, proposal.state);
  if (refusal !== null) return { kind: 'refused', refusal };
  const slots = asked.data.personIds.map((personId, index) => slotOf(asked, proposal, { personId, index }));
  const fresh = slots.filter((slot) => !slot.reused);
  const perItem = reservedPriceOf(asked.data.plan);
  const required = perItem * fresh.length;
  if (fresh.length > 0) expireDueGrants(proposal);
  const shortage = fresh.length > 0 ? shortageOf(asked, proposal, required) : null;
  return { kind: 'weighed', slots, fresh, perItem, required, shortage };
};

const shortageOf = ({ data }: EnrichmentsAsked, proposal: Proposal, required: number): Refusal | null => {
  const { state, orgId } = proposal;
  const [org, key] = spendersOf(orgId, data.createdBy).map((spender) => state.get(spender));
  const { caps } = state.get(streams.settings(orgId)) ?? DEFAULT_SETTINGS;
  const inForce = {
    maxCredits: data.maxCredits ?? null,
    key: data.keyCaps === undefined ? null : { caps: data.keyCaps, spending: key },
    org: { caps, spending: org },
  };
  return capRefusal(inForce, required, proposal.now) ?? shortRefusal(required, freeIn(spendableGrants(proposal)));
};

const shapeRefusal = ({ personIds, plan }: EnrichmentsAsked['data']): Refusal | null => {
  if (personIds.length === 0) return { code: 'VALIDATION_ERROR', reason: 'empty_selection' };
  if (personIds.length > PERSONS_MAX) return { code: 'VALIDATION_ERROR', reason: 'too_many_ids' };
  if (new Set(personIds).size < personIds.length) return { code: 'VALIDATION_ERROR', reason: 'duplicate_ids' };
  if (plan.steps.length === 0) return { code: 'VALIDATION_ERROR', reason: 'empty_waterfall' };
  return null;
};

/** OP-06, OP-12: all unknown ids are named; only then does an erased one answer. */
const personRefusal = ({ orgId, data }: EnrichmentsAsked, state: StateReader): Refusal | null => {
  const personOf = (id: PersonId) => state.get(streams.person(orgId, id));
  const unknownIds = data.personIds.filter((id) => personOf(id) === undefined);
  if (unknownIds.length > 0) return { code: 'VALIDATION_ERROR', reason: 'unknown_person', details: { unknownIds } };
  const erasedIds = data.personIds.filter((id) => personOf(id)?.erased === true);
  return erasedIds.length > 0 ? { code: 'GONE', reason: 'erased_person', details: { erasedIds } } : null;
};

const slotOf = (
  { orgId, data }: EnrichmentsAsked,
  proposal: Proposal,
  { personId, index }: { readonly personId: PersonId; readonly index: number },
): Slot => {
  const current = proposal.state.get(streams.current(orgId, personId, data.field, data.optionsHash));
  const held = current && findEnrichment(proposal.state, orgId, current.enrichmentId as EnrichmentId);
  if (held && isReusable(held, { nowMs: proposal.nowMs, force: data.force === true })) {
    return { personId, enrichmentId: held.id, reused: true, supersedes: null };
  }
  // OP-09: a POST that meets an overdue one times it out and makes a new one, in one decision.
  if (held && isPending(held)) finishEnrichment(proposal, held.id, { outcome: 'timed_out' });
  const enrichmentId = proposal.newId<EnrichmentId>(RESERVATION_INDEX + 1 + index);
  return { personId, enrichmentId, reused: false, supersedes: held?.id ?? null };
};

/** OP-05: force asks for another try of what has finished; what is pending is one try already. */
const isReusable = (
  enrichment: Enrichment,
  { nowMs, force }: { readonly nowMs: number; readonly force: boolean },
): boolean => (enrichment.status === 'finished' ? !force : isPending(enrichment) && !isOverdue(enrichment, nowMs));

const shortRefusal = (required: number, available: number): Refusal | null =>
  required <= available
    ? null
    : {
        code: 'INSUFFICIENT_CREDITS',
        reason: 'insufficient_credits',
        details: { required, available, shortfall: required - available },
      };
