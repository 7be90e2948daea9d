import type { Command } from '../command.js';
import type { Enrichment } from '../enrichments/enrichment.js';
import { findEnrichment } from '../enrichments/find.js';
import type { GrantId, TransactionId } from '../kernel/ids.js';
import type { Refusal } from '../kernel/refusal.js';
import type { Proposal } from '../proposal.js';
import { streams } from '../streams.js';
import { answered, refused, type Verdict } from '../verdict.js';
import { availableIn, type Account } from './account.js';
import { isAmount } from './amount.js';
import { expireDueGrants, recordCredits } from './moves.js';
import type { Refund } from './refund.js';

/**
 * CR-12: gives back what an enrichment cost, or a part of it, once. The credits are new ones without expiry: those that
 * were spent may have come from grants that have ended since.
 */
export const refundEnrichment = (
  command: Command<'RefundEnrichment'>,
  proposal: Proposal,
): Verdict<'RefundEnrichment'> => {
  const { enrichmentId, amount: asked, reasonCode, by, note } = command.data;
  if (!command.keyed) return refused({ code: 'VALIDATION_ERROR', reason: 'idempotency_key_required' });
  const enrichment = findEnrichment(proposal.state, command.orgId, enrichmentId);
  if (enrichment === undefined) return refused({ code: 'NOT_FOUND', reason: 'unknown_enrichment' });
  const amount = asked ?? enrichment.captured;
  const refusal = refusalOf(proposal, enrichment, amount);
  if (refusal !== null) return refused(refusal);
  expireDueGrants(proposal);
  const transactionId = proposal.newId<TransactionId>(0);
  const grants = [{ grantId: transactionId as string as GrantId, delta: amount }];
  recordCredits(proposal, 'CreditsRefunded', {
    body: { transactionId, enrichmentId, amount, reasonCode, by, note },
    grants,
  });
  const memory = { status: 'refunded', references: [transactionId], inEvents: false };
  return answered(refundedResult({ transactionId, amount }, proposal.account()), memory);
};

export const refundedResult = ({ transactionId, amount }: Refund, account: Account) => ({
  transactionId,
  amount,
  balance: account.balance,
  available: availableIn(account),
});

const refusalOf = (proposal: Proposal, { id, captured, pending }: Enrichment, amount: number): Refusal | null => {
  if (pending !== null) return { code: 'CONFLICT', reason: 'still_pending' };
  if (captured === 0) return { code: 'CONFLICT', reason: 'nothing_captured' };
  const refund = proposal.state.get(streams.refund(proposal.orgId, id));
  if (refund !== undefined) return { code: 'CONFLICT', reason: 'already_refunded', details: { ...refund } };
  if (!isAmount(amount) || amount === 0) return { code: 'VALIDATION_ERROR', reason: 'invalid_amount' };
  if (amount > captured) return { code: 'CONFLICT', reason: 'more_than_captured', details: { captured, amount } };
  const isCountable = isAmount(proposal.account().balance + amount);
  return isCountable ? null : { code: 'VALIDATION_ERROR', reason: 'amount_too_large' };
};
