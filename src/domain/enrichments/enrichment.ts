import type { GrantShare } from '../../events/credit.events.js';
import type { EnrichmentId, KeyId, OrgId, PersonId, ReservationId, Sealed, TransactionId } from '../kernel/ids.js';
import type { Instant } from '../kernel/instant.js';
import type { Field, OperationType, Plan, Verification } from '../waterfall/plan.js';

export type EnrichmentStatus = 'pending' | 'finished' | 'failed' | 'timeout' | 'cancelled';
/** How an enrichment ended (API §1). */
export type EnrichmentOutcome = 'found' | 'not_found' | 'failed' | 'timed_out' | 'cancelled' | 'suppressed';
export type Dialect = 'operations' | 'enrichments' | 'contacts';

/** The one attempt that is awaited; an answer for any other is late. Step 1 is the first of the plan. */
export interface OpenAttempt {
  readonly attempt: number;
  readonly step: number;
  readonly provider: string;
}

/** The best hit so far, kept while the stop rule asks for more. */
export interface Candidate {
  readonly step: number;
  readonly provider: string;
  readonly price: number;
  readonly verification: Verification;
  readonly keyId: KeyId;
  readonly sealed: Sealed;
  readonly fromCache: string | null;
}

export type AttemptOutcome = 'hit' | 'miss' | 'error' | 'skipped';

/** One line of the receipt (CR-08); `price` is what this line cost the org, 0 unless it won. */
export interface ReceiptLine {
  readonly provider: string;
  /** 0 = the cross-org cache. */
  readonly step: number;
  readonly outcome: AttemptOutcome;
  readonly price: number;
}

/** What stays when the work is done; `plan`, `split` and `candidate` are dropped with the last event. */
export interface Enrichment {
  readonly id: EnrichmentId;
  readonly orgId: OrgId;
  readonly personId: PersonId;
  readonly field: Field;
  readonly optionsHash: string;
  readonly operationType: OperationType;
  readonly createdBy: string;
  readonly dialect: Dialect;
  readonly status: EnrichmentStatus;
  readonly outcome: EnrichmentOutcome | null;
  readonly error: string | null;
  readonly dataFound: boolean | null;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
  readonly deadlineAt: Instant;
  readonly reservationId: ReservationId;
  readonly transactionId: TransactionId | null;
  readonly globalEnrichmentId: string | null;
  readonly priceListVersion: string;
  readonly reserved: number;
  readonly captured: number;
  readonly released: number;
  /** What came back of `captured` (CR-12); absent: nothing. */
  readonly refunded?: number;
  readonly lines: readonly ReceiptLine[];
  readonly pending: PendingWork | null;
}

/** Needed only while the enrichment is pending. */
export interface PendingWork {
  readonly plan: Plan;
  readonly attempt: OpenAttempt;
  readonly candidate: Candidate | null;
  /** Hits collected so far (for `best_of_n`). */
  readonly hits: number;
  /** A provider gave an answer (hit or miss), so the end cannot be `failed`. */
  readonly answered: boolean;
  /** Which grants the reservation of this enrichment was taken from, in burn order; deltas positive: what is still set aside. */
  readonly split: readonly GrantShare[];
}
