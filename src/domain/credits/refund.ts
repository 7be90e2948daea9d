import type { TransactionId } from '../kernel/ids.js';

/** Stream `refund/<org>/<enrichment>`: what came back for it. */
export interface Refund {
  readonly transactionId: TransactionId;
  readonly amount: number;
}
