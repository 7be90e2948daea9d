import type { Command } from '../command.js';
import type { GrantId } from '../kernel/ids.js';
import { epochMsOf } from '../kernel/instant.js';
import type { Refusal } from '../kernel/refusal.js';
import type { Proposal } from '../proposal.js';
import { answered, refused, type Verdict } from '../verdict.js';
import { availableIn, type Account } from './account.js';
import { isAmount } from './amount.js';
import { expireDueGrants, recordCredits } from './moves.js';

/** CR-06, CR-12. A grant is never repeated by accident: it needs a key. */
export const grantCredits = (command: Command<'GrantCredits'>, proposal: Proposal): Verdict<'GrantCredits'> => {
  const refusal = refusalOf(command, proposal);
  if (refusal !== null) return refused(refusal);
  expireDueGrants(proposal);
  const grantId = proposal.newId<GrantId>(0);
  const grants = [{ grantId, delta: command.data.amount }];
  recordCredits(proposal, 'CreditsGranted', { body: { grantId, ...command.data }, grants });
  return answered(grantedResult(grantId, proposal.account()), {
    status: 'granted',
    references: [grantId],
    inEvents: false,
  });
};

export const grantedResult = (grantId: GrantId, account: Account) => ({
  grantId,
  balance: account.balance,
  available: availableIn(account),
});

const refusalOf = ({ keyed, data }: Command<'GrantCredits'>, proposal: Proposal): Refusal | null => {
  if (!keyed) return invalid('idempotency_key_required');
  if (!isAmount(data.amount) || data.amount === 0) return invalid('invalid_amount');
  if (!isAmount(proposal.account().balance + data.amount)) return invalid('amount_too_large');
  if (data.expiresAt !== null && epochMsOf(data.expiresAt) <= proposal.nowMs) return invalid('already_expired');
  return null;
};

const invalid = (reason: string): Refusal => ({ code: 'VALIDATION_ERROR', reason });
