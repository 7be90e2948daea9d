import type { AttemptOutcome, Dialect, EnrichmentOutcome, OpenAttempt } from '../domain/enrichments/enrichment.js';
import type {
  EnrichmentId,
  IdentityHash,
  KeyId,
  PersonId,
  ReservationId,
  Sealed,
  TransactionId,
} from '../domain/kernel/ids.js';
import type { Instant } from '../domain/kernel/instant.js';
import type { EnrichmentOptions, Field, OperationType, Plan, Verification } from '../domain/waterfall/plan.js';

/** Carries all that a lookup needs, so that `providers` never waits for a read model. */
export interface EnrichmentRequested {
  readonly enrichmentId: EnrichmentId;
  readonly personId: PersonId;
  readonly field: Field;
  /** Absent in events from before requests had any. */
  readonly options?: EnrichmentOptions;
  readonly optionsHash: string;
  readonly operationType: OperationType;
  readonly createdBy: string;
  readonly dialect: Dialect;
  readonly keyId: KeyId;
  readonly identities: readonly IdentityHash[];
  /** Sealed identity (kind `identity`). */
  readonly sealed: Sealed;
  readonly plan: Plan;
  /** The first attempt, open from now on. */
  readonly next: OpenAttempt;
  readonly reservationId: ReservationId;
  readonly reservedPrice: number;
  readonly priceListVersion: string;
  readonly deadlineAt: Instant;
  readonly supersedes: EnrichmentId | null;
}

/** Copy of found values under the cache's own key; only from vendors that may fill the cross-org cache (CR-05). */
export interface CacheEntry {
  readonly cacheId: string;
  readonly identities: readonly IdentityHash[];
  readonly keyId: KeyId;
  readonly sealed: Sealed;
}

export interface ProviderResponded {
  readonly enrichmentId: EnrichmentId;
  readonly attempt: number;
  /** 0 = the cross-org cache. */
  readonly step: number;
  readonly provider: string;
  readonly outcome: AttemptOutcome;
  readonly reason: string | null;
  /** What the vendor charges the operator, in the vendor's own credits; decides nothing. */
  readonly vendorPrice: number | null;
  readonly latencyMs: number;
  readonly startedAt: Instant;
  readonly verification: Verification | null;
  readonly valuesFound: number;
  readonly keyId: KeyId | null;
  /** Sealed values (kind `values`), on a hit. */
  readonly sealed: Sealed | null;
  readonly cacheId: string | null;
  readonly cache: CacheEntry | null;
  /** The answer was not awaited (superseded, timed out, cancelled): it changes no enrichment. */
  readonly late: boolean;
  readonly next: OpenAttempt | null;
}

export interface EnrichmentFinished {
  readonly enrichmentId: EnrichmentId;
  readonly personId: PersonId;
  readonly field: Field;
  readonly outcome: EnrichmentOutcome;
  readonly dataFound: boolean | null;
  readonly error: string | null;
  readonly captured: number;
  readonly released: number;
  readonly transactionId: TransactionId | null;
  /** Id of the cache entry that served it. */
  readonly fromCache: string | null;
  readonly verification: Verification | null;
  readonly keyId: KeyId | null;
  readonly sealed: Sealed | null;
}
