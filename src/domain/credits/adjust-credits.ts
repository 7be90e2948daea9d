import type { GrantShare } from '../../events/credit.events.js';
import type { Command } from '../command.js';
import type { GrantId, TransactionId } from '../kernel/ids.js';
import type { Refusal } from '../kernel/refusal.js';
import type { Proposal } from '../proposal.js';
import { answered, refused, type Verdict } from '../verdict.js';
import { availableIn, type Account } from './account.js';
import { isAmount } from './amount.js';
import { burn, freeIn } from './grants.js';
import { expireDueGrants, recordCredits, spendableGrants } from './moves.js';

/** CR-12: a correction. Upwards it makes a grant without expiry; downwards it burns free credits, never reserved ones. */
export const adjustCredits = (command: Command<'AdjustCredits'>, proposal: Proposal): Verdict<'AdjustCredits'> => {
  const { amount, reasonCode, by, note } = command.data;
  expireDueGrants(proposal);
  const refusal = refusalOf(command, proposal);
  if (refusal !== null) return refused(refusal);
  const transactionId = proposal.newId<TransactionId>(0);
  const grants: readonly GrantShare[] =
    amount > 0
      ? [{ grantId: transactionId as string as GrantId, delta: amount }]
      : burn(spendableGrants(proposal), -amount);
  recordCredits(proposal, 'CreditsAdjusted', { body: { transactionId, amount, reasonCode, by, note }, grants });
  const memory = { status: 'adjusted', references: [transactionId], inEvents: false };
  return answered(adjustedResult(transactionId, proposal.account()), memory);
};

export const adjustedResult = (transactionId: TransactionId, account: Account) => ({
  transactionId,
  balance: account.balance,
  available: availableIn(account),
});

const refusalOf = ({ keyed, data }: Command<'AdjustCredits'>, proposal: Proposal): Refusal | null => {
  const { amount } = data;
  if (!keyed) return { code: 'VALIDATION_ERROR', reason: 'idempotency_key_required' };
  if (!isAmount(Math.abs(amount)) || amount === 0) return { code: 'VALIDATION_ERROR', reason: 'invalid_amount' };
  if (amount > 0 && !isAmount(proposal.account().balance + amount))
    return { code: 'VALIDATION_ERROR', reason: 'amount_too_large' };
  const available = freeIn(spendableGrants(proposal));
  if (available + amount >= 0) return null;
  const details = { required: -amount, available, shortfall: -amount - available };
  return { code: 'INSUFFICIENT_CREDITS', reason: 'insufficient_credits', details };
};
