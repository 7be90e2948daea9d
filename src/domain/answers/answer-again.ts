import type { Command, CommandResult } from '../command.js';
import { availableIn, emptyAccount, type Account } from '../credits/account.js';
import { adjustedResult } from '../credits/adjust-credits.js';
import { grantedResult } from '../credits/grant-credits.js';
import { refundedResult } from '../credits/refund-enrichment.js';
import type { DecideContext } from '../decision.js';
import type { Enrichment } from '../enrichments/enrichment.js';
import { viewOf } from '../enrichments/enrichment-view.js';
import { knownEnrichment } from '../enrichments/find.js';
import { RESERVATION_INDEX } from '../enrichments/weigh-request.js';
import { assertNever, invariant } from '../kernel/errors.js';
import { deriveId, type EnrichmentId, type GrantId, type PersonId, type TransactionId } from '../kernel/ids.js';
import { personResult } from '../persons/record-person.js';
import { DEFAULT_SETTINGS } from '../settings/settings.js';
import type { StateReader } from '../state.js';
import { streams } from '../streams.js';
import { answeredMsOf } from './memory.js';
import type { RememberedAnswer } from './remembered-answer.js';

/** Renders a remembered answer from what its references are now; balances are those of now, too. */
export const answerAgain = (
  command: Command,
  answer: RememberedAnswer,
  { state, context }: { readonly state: StateReader; readonly context: DecideContext },
): CommandResult => {
  const { references, status } = answer;
  invariant(references !== null, `${command.id} was refused, not answered`);
  const account = state.get(streams.account(command.orgId)) ?? emptyAccount(command.orgId);
  const enrichments = () => references.map((id) => knownEnrichment(state, command.orgId, id as EnrichmentId));
  switch (command.type) {
    case 'RequestEnrichments':
      return requestedAgain(enrichments(), account, reservationOf(command, answer, context));
    case 'CancelEnrichment':
      return { enrichment: viewOf(first(enrichments())), available: availableIn(account) };
    case 'ExpireEnrichment':
      return { enrichment: viewOf(first(enrichments())) };
    case 'RecordPerson':
      return personResult(state, command, { id: first(references) as PersonId, status });
    case 'GrantCredits':
      return grantedResult(first(references) as GrantId, account);
    case 'RefundEnrichment': {
      const refund = state.get(streams.refund(command.orgId, command.data.enrichmentId));
      invariant(refund !== undefined, `${command.id} refunded nothing`);
      return refundedResult(refund, account);
    }
    case 'AdjustCredits':
      return adjustedResult(first(references) as TransactionId, account);
    case 'ChangeSettings':
      return { settings: state.get(streams.settings(command.orgId)) ?? DEFAULT_SETTINGS };
    case 'EstimateEnrichments':
    case 'RecordProviderResponse':
    case 'ExpireGrants':
    case 'CheckpointLedger':
      return {};
    default:
      return assertNever(command);
  }
};

const requestedAgain = (enrichments: readonly Enrichment[], account: Account, reservationId: string) => {
  const created = enrichments.filter((enrichment) => enrichment.reservationId === reservationId);
  return {
    enrichments: enrichments.map(viewOf),
    created: created.length,
    reserved: created.reduce((sum, enrichment) => sum + enrichment.reserved, 0),
    available: availableIn(account),
  };
};

/** Ids are derived from command and time, so the enrichments that the remembered decision made can be told by theirs. */
const reservationOf = (command: Command, answer: RememberedAnswer, { sha256 }: DecideContext): string =>
  deriveId(sha256, answeredMsOf(command, answer), command.id, RESERVATION_INDEX);

const first = <T>(values: readonly T[]): T => {
  const [value] = values;
  invariant(value !== undefined, 'an answer without references');
  return value;
};
