import type { TransactionView } from '../../projections/credits/credit-history.query.js';

/** `description`: of a grant; of a refund or an adjustment its reason. */
export const presentTransaction = (transaction: TransactionView, description: string | null) => ({
  id: transaction.id,
  type: transaction.type,
  amount: transaction.amount,
  operationType: transaction.operationType,
  source: transaction.source,
  referenceId: transaction.referenceId,
  description,
  metadata: transaction.metadata,
  createdAt: transaction.createdAt,
  entry: transaction.entry,
  balanceAfter: transaction.balanceAfter,
});
