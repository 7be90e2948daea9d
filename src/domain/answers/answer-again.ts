import type { Command, CommandResult } from '../command.js';
import { availableIn, emptyAccount, type Account } from '../credits/account.js';
import { grantedResult } from '../credits/grant-credits.js';
import type { DecideContext } from '../decision.js';
import type { Enrichment } from '../enrichments/enrichment.js';
import { viewOf } from '../enrichments/enrichment-view.js';
import { knownEnrichment } from '../enrichments/find.js';
import { RESERVATION_INDEX } from '../enrichments/request-enrichments.js';
import { assertNever, invariant } from '../kernel/errors.js';
import { deriveId, type EnrichmentId, type GrantId, type PersonId } from '../kernel/ids.js';
import { epochMsOf } from '../kernel/instant.js';
import { personResult } from '../persons/record-person.js';
import type { StateReader } from '../state.js';
import { streams } from '../streams.js';
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
      return requestedAgain(command, enrichments(), { account, context });
    case 'CancelEnrichment':
    case 'ExpireEnrichment':
      return { enrichment: viewOf(first(enrichments())) };
    case 'RecordPerson':
      return personResult(state, command, { id: first(references) as PersonId, status });
    case 'GrantCredits':
      return grantedResult(first(references) as GrantId, account);
    case 'RecordProviderResponse':
    case 'ExpireGrants':
      return {};
    default:
      return assertNever(command);
  }
};

const requestedAgain = (
  command: Command,
  enrichments: readonly Enrichment[],
  { account, context }: { readonly account: Account; readonly context: DecideContext },
) => {
  const created = enrichments.filter((enrichment) => isMadeBy(command, enrichment, context));
  return {
    enrichments: enrichments.map(viewOf),
    created: created.length,
    reserved: created.reduce((sum, enrichment) => sum + enrichment.reserved, 0),
    available: availableIn(account),
  };
};

/** Ids are derived from the command that made them, so an enrichment tells whether this command reserved for it. */
const isMadeBy = (command: Command, { createdAt, reservationId }: Enrichment, { sha256 }: DecideContext): boolean =>
  deriveId(sha256, epochMsOf(createdAt), command.id, RESERVATION_INDEX) === reservationId;

const first = <T>(values: readonly T[]): T => {
  const [value] = values;
  invariant(value !== undefined, 'an answer without references');
  return value;
};
