import type { Command } from '../command.js';
import { availableIn } from '../credits/account.js';
import { reserve } from '../credits/moves.js';
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
import { viewOf } from './enrichment-view.js';
import { knownEnrichment } from './find.js';
import { RESERVATION_INDEX, weighRequest, type Slot } from './weigh-request.js';

type RequestCommand = Command<'RequestEnrichments'>;

/** Reuse first, then caps and credits for the new ones only, all or nothing (OP-04, OP-11, OP-12, OP-18). */
export const requestEnrichments = (command: RequestCommand, proposal: Proposal): Verdict<'RequestEnrichments'> => {
  if (command.data.force === true && !command.keyed) return refused(KEY_REQUIRED);
  const weighed = weighRequest(command, proposal);
  if (weighed.kind === 'refused') return weighed;
  const { slots, fresh, required, shortage } = weighed;
  if (shortage !== null) return refused(shortage);
  if (fresh.length > 0) createAll(command, proposal, fresh);
  const references = slots.map((slot) => slot.enrichmentId);
  const result = requestedResult(proposal.state, command, references, { created: fresh.length, reserved: required });
  return answered(
    { ...result, available: availableIn(proposal.account()) },
    { status: fresh.length > 0 ? 'accepted' : 'reused', references, inEvents: fresh.length === slots.length },
  );
};

const KEY_REQUIRED: Refusal = { code: 'VALIDATION_ERROR', reason: 'idempotency_key_required' };

const requestedResult = (
  state: StateReader,
  { orgId }: RequestCommand,
  references: readonly EnrichmentId[],
  counts: { readonly created: number; readonly reserved: number },
) => ({ enrichments: references.map((id) => viewOf(knownEnrichment(state, orgId, id))), ...counts });

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
  const { field, options = {}, optionsHash, createdBy, dialect, plan, priceListVersion, maxAgeMs } = data;
  const next = attemptAt(plan, 1, 1);
  invariant(next !== null, 'a plan without steps was accepted');
  return {
    field,
    options,
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
