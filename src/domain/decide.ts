import type { CommandAnswered } from '../events/command.events.js';
import { answerAgain } from './answers/answer-again.js';
import { hasExpired, KEYED_MS, recall, RECENT_MS, refusalData } from './answers/memory.js';
import type { RememberedAnswer } from './answers/remembered-answer.js';
import type { Command } from './command.js';
import { adjustCredits } from './credits/adjust-credits.js';
import { checkpointLedger } from './credits/checkpoint-ledger.js';
import { tellCrossings } from './credits/crossings.js';
import { warnOfExpiry } from './credits/expiry-warnings.js';
import { expireDueGrants } from './credits/moves.js';
import { grantCredits } from './credits/grant-credits.js';
import { refundEnrichment } from './credits/refund-enrichment.js';
import { unchanged, type Answer, type DecideContext, type Decision } from './decision.js';
import { cancelEnrichment, expireEnrichment } from './enrichments/end-enrichment.js';
import { estimateEnrichments } from './enrichments/estimate-enrichments.js';
import { recordProviderResponse } from './enrichments/record-provider-response.js';
import { requestEnrichments } from './enrichments/request-enrichments.js';
import { assertNever } from './kernel/errors.js';
import { instantOf } from './kernel/instant.js';
import type { Refusal } from './kernel/refusal.js';
import { recordPerson } from './persons/record-person.js';
import { Proposal } from './proposal.js';
import type { StateReader } from './state.js';
import { changeSettings } from './settings/change-settings.js';
import { answered, type Memory, type Verdict } from './verdict.js';

/**
 * What comes of a command: events and an answer. Pure: `state` is only read, time, ids and hashes come from
 * `context`. A refusal changes nothing but the memory of itself. @throws InvariantBroken, which is a bug.
 */
export const decide = (command: Command, state: StateReader, context: DecideContext): Decision => {
  // A question, not a request: it is not remembered, and it may be answered however late.
  if (command.type === 'EstimateEnrichments') {
    return estimateEnrichments(command, new Proposal(command.orgId, state, context));
  }
  const known = recall(command, state, context.nowMs);
  if (known.kind === 'again') return unchanged(repeat(command, known.answer, { state, context }));
  if (known.kind === 'conflict') return refusing(command, CONFLICTING_KEY, { state, context });
  if (hasExpired(command, context.nowMs)) return refusing(command, EXPIRED, { state, context });
  const proposal = new Proposal(command.orgId, state, context);
  const before = proposal.account();
  const verdict = judge(command, proposal);
  if (verdict.kind === 'refused') return refusing(command, verdict.refusal, { state, context });
  tellCrossings(proposal, before);
  if (verdict.memory !== null) remember(command, verdict.memory, proposal);
  const { events, changes } = proposal;
  return { events, changes, answer: { kind: 'answered', result: verdict.result, replayed: false } };
};

const CONFLICTING_KEY: Refusal = { code: 'IDEMPOTENCY_CONFLICT', reason: 'idempotency_key_reused' };
const EXPIRED: Refusal = { code: 'UNAVAILABLE', reason: 'expired' };

const judge = (command: Exclude<Command, Command<'EstimateEnrichments'>>, proposal: Proposal): Verdict => {
  switch (command.type) {
    case 'RecordPerson':
      return recordPerson(command, proposal);
    case 'RequestEnrichments':
      return requestEnrichments(command, proposal);
    case 'RecordProviderResponse':
      return recordProviderResponse(command, proposal);
    case 'ExpireEnrichment':
      return expireEnrichment(command, proposal);
    case 'CancelEnrichment':
      return cancelEnrichment(command, proposal);
    case 'GrantCredits':
      return grantCredits(command, proposal);
    case 'RefundEnrichment':
      return refundEnrichment(command, proposal);
    case 'AdjustCredits':
      return adjustCredits(command, proposal);
    case 'ChangeSettings':
      return changeSettings(command, proposal);
    case 'ExpireGrants':
      expireDueGrants(proposal);
      warnOfExpiry(proposal);
      return answered<'ExpireGrants'>({}, null);
    case 'CheckpointLedger':
      return checkpointLedger(command, proposal);
    default:
      return assertNever(command);
  }
};

interface Source {
  readonly state: StateReader;
  readonly context: DecideContext;
}

const repeat = (command: Command, remembered: RememberedAnswer, source: Source): Answer =>
  remembered.refusal === null
    ? { kind: 'answered', result: answerAgain(command, remembered, source), replayed: true }
    : { kind: 'refused', refusal: remembered.refusal, replayed: true };

/** A refusal is a fact: logged before anyone hears of it. */
const refusing = (command: Command, refusal: Refusal, { state, context }: Source): Decision => {
  // On a proposal of its own: what was proposed before it was refused never happens.
  const proposal = new Proposal(command.orgId, state, context);
  proposal.record('CommandRefused', `command/${command.id}`, refusalData(command, refusal, context.nowMs));
  const { events, changes } = proposal;
  return { events, changes, answer: { kind: 'refused', refusal, replayed: false } };
};

/** Keyed commands are remembered 24 h; others, unless their events tell, until they would be refused as expired. */
const remember = (command: Command, memory: Memory, proposal: Proposal): void => {
  if (!command.keyed && memory.inEvents) return;
  const data: CommandAnswered = {
    commandType: command.type,
    status: memory.status,
    references: memory.references,
    fingerprint: command.fingerprint,
    expiresAt: instantOf(proposal.nowMs + (command.keyed ? KEYED_MS : RECENT_MS)),
  };
  proposal.record('CommandAnswered', `command/${command.id}`, data);
};
