import type { Command } from '../command.js';
import { availableIn } from '../credits/account.js';
import { expireDueGrants, reserve } from '../credits/moves.js';
import type { EnrichmentId, PersonId, ReservationId } from '../kernel/ids.js';
import { instantOf } from '../kernel/instant.js';
import { invariant } from '../kernel/errors.js';
import type { Refusal } from '../kernel/refusal.js';
import type { Person } from '../persons/person.js';
import type { Proposal } from '../proposal.js';
import type { StateReader } from '../state.js';
import { streams } from '../streams.js';
import { answered, refused, type Verdict } from '../verdict.js';
import { OPERATION_TYPES } from '../waterfall/plan.js';
import { reservedPriceOf } from '../waterfall/price.js';
import { attemptAt } from '../waterfall/progress.js';
import type { Enrichment } from './enrichment.js';
import { viewOf } from './enrichment-view.js';
import { findEnrichment, isOverdue, isPending, knownEnrichment } from './find.js';
import { finishEnrichment } from './finish.js';

type RequestCommand = Command<'RequestEnrichments'>;

/** People in one command (OP-15): its events stay one atomic batch of about 1.2 MB (DESIGN §2.4). */
export const PERSONS_MAX = 1_000;

/** Index of the reservation among the ids of its command; the enrichments follow, by position. */
export const RESERVATION_INDEX = 0;

/** One position of the answer: the enrichment that is there already, or the new one to make. */
interface Slot {
  readonly personId: PersonId;
  readonly enrichmentId: EnrichmentId;
  readonly reused: boolean;
  readonly supersedes: EnrichmentId | null;
}

/** Reuse first, then credits for the new ones only, all or nothing (OP-04, OP-11, OP-12, OP-18). */
export const requestEnrichments = (command: RequestCommand, proposal: Proposal): Verdict<'RequestEnrichments'> => {
  const refusal = shapeRefusal(command.data) ?? personRefusal(command, proposal.state);
  if (refusal !== null) return refused(refusal);
  const slots = command.data.personIds.map((personId, index) => slotOf(command, proposal, { personId, index }));
  const fresh = slots.filter((slot) => !slot.reused);
  const price = reservedPriceOf(command.data.plan);
  const required = price * fresh.length;
  if (fresh.length > 0) {
    expireDueGrants(proposal);
    const short = shortRefusal(required, availableIn(proposal.account()));
    if (short !== null) return refused(short);
    createAll(command, proposal, fresh);
  }
  const references = slots.map((slot) => slot.enrichmentId);
  const result = requestedResult(proposal.state, command, references, { created: fresh.length, reserved: required });
  return answered(
    { ...result, available: availableIn(proposal.account()) },
    { status: fresh.length > 0 ? 'accepted' : 'reused', references, inEvents: fresh.length === slots.length },
  );
};

const requestedResult = (
  state: StateReader,
  { orgId }: RequestCommand,
  references: readonly EnrichmentId[],
  counts: { readonly created: number; readonly reserved: number },
) => ({ enrichments: references.map((id) => viewOf(knownEnrichment(state, orgId, id))), ...counts });

const shapeRefusal = ({ personIds, plan }: RequestCommand['data']): Refusal | null => {
  if (personIds.length === 0) return { code: 'VALIDATION_ERROR', reason: 'empty_selection' };
  if (personIds.length > PERSONS_MAX) return { code: 'VALIDATION_ERROR', reason: 'too_many_ids' };
  if (new Set(personIds).size < personIds.length) return { code: 'VALIDATION_ERROR', reason: 'duplicate_ids' };
  if (plan.steps.length === 0) return { code: 'VALIDATION_ERROR', reason: 'empty_waterfall' };
  return null;
};

/** OP-06, OP-12: all unknown ids are named; only then does an erased one answer. */
const personRefusal = ({ orgId, data }: RequestCommand, state: StateReader): Refusal | null => {
  const personOf = (id: PersonId) => state.get(streams.person(orgId, id));
  const unknownIds = data.personIds.filter((id) => personOf(id) === undefined);
  if (unknownIds.length > 0) return { code: 'VALIDATION_ERROR', reason: 'unknown_person', details: { unknownIds } };
  const erasedIds = data.personIds.filter((id) => personOf(id)?.erased === true);
  return erasedIds.length > 0 ? { code: 'GONE', reason: 'erased_person', details: { erasedIds } } : null;
};

const slotOf = (
  { orgId, data }: RequestCommand,
  proposal: Proposal,
  { personId, index }: { readonly personId: PersonId; readonly index: number },
): Slot => {
  const current = proposal.state.get(streams.current(orgId, personId, data.field, data.optionsHash));
  const held = current && findEnrichment(proposal.state, orgId, current.enrichmentId as EnrichmentId);
  if (held && isReusable(held, proposal.nowMs)) {
    return { personId, enrichmentId: held.id, reused: true, supersedes: null };
  }
  // OP-09: a POST that meets an overdue one times it out and makes a new one, in one decision.
  if (held && isPending(held)) finishEnrichment(proposal, held.id, { outcome: 'timed_out' });
  const enrichmentId = proposal.newId<EnrichmentId>(RESERVATION_INDEX + 1 + index);
  return { personId, enrichmentId, reused: false, supersedes: held?.id ?? null };
};

const isReusable = (enrichment: Enrichment, nowMs: number): boolean =>
  enrichment.status === 'finished' || (isPending(enrichment) && !isOverdue(enrichment, nowMs));

const shortRefusal = (required: number, available: number): Refusal | null =>
  required <= available
    ? null
    : {
        code: 'INSUFFICIENT_CREDITS',
        reason: 'insufficient_credits',
        details: { required, available, shortfall: required - available },
      };

/** One `EnrichmentRequested` per person, then one `CreditsReserved` for all. */
const createAll = (command: RequestCommand, proposal: Proposal, fresh: readonly Slot[]): void => {
  const reservationId = proposal.newId<ReservationId>(RESERVATION_INDEX);
  const common = commonData(command, proposal, reservationId);
  for (const { personId, enrichmentId, supersedes } of fresh) {
    const { keyId, identities, sealed } = knownPerson(proposal.state, command, personId);
    const data = { ...common, enrichmentId, personId, keyId, identities, sealed, supersedes };
    proposal.record('EnrichmentRequested', `enrichment/${enrichmentId}`, data);
  }
  const enrichments = fresh.map(({ enrichmentId }) => ({ enrichmentId, amount: common.reservedPrice }));
  reserve(proposal, { reservationId, enrichments, keyRef: command.data.createdBy });
};

const commonData = ({ data }: RequestCommand, { nowMs }: Proposal, reservationId: ReservationId) => {
  const { field, optionsHash, createdBy, dialect, plan, priceListVersion, maxAgeMs } = data;
  const next = attemptAt(plan, 1, 1);
  invariant(next !== null, 'a plan without steps was accepted');
  return {
    field,
    optionsHash,
    createdBy,
    dialect,
    plan,
    priceListVersion,
    next,
    reservationId,
    operationType: OPERATION_TYPES[field],
    reservedPrice: reservedPriceOf(plan),
    deadlineAt: instantOf(nowMs + maxAgeMs),
  };
};

const knownPerson = (state: StateReader, { orgId }: RequestCommand, id: PersonId): Person => {
  const person = state.get(streams.person(orgId, id));
  invariant(person !== undefined, `person ${id} vanished`);
  return person;
};
