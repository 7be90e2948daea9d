import type { EnrichmentId, GrantId, KeyId, ReservationId, Sealed, TransactionId } from '../domain/kernel/ids.js';
import type { Instant } from '../domain/kernel/instant.js';
import type { OperationType } from '../domain/waterfall/plan.js';

/**
 * A change of one grant: reserve and expire take from its free part, release gives back to it, capture takes from its
 * reserved part. A refund, and an adjustment upwards, make a grant of their own; one downwards takes from free parts.
 */
export interface GrantShare {
  readonly grantId: GrantId;
  /** Signed as the event moves it: negative for reserve, capture, expire and what an adjustment takes, else positive. */
  readonly delta: number;
}

/** The link of an org's credit chain that every credit event is (API CR-10, EV-02). */
export interface ChainLink {
  /** 1, 2, 3 … per org. */
  readonly entry: number;
  readonly prevHash: string;
  readonly hash: string;
  readonly grants: readonly GrantShare[];
  /** Available credits after this entry. */
  readonly available: number;
}

export interface CreditsReserved extends ChainLink {
  readonly reservationId: ReservationId;
  readonly amount: number;
  readonly enrichments: readonly { readonly enrichmentId: EnrichmentId; readonly amount: number }[];
  /** Who pays, for caps: `createdBy` of the request. */
  readonly keyRef: string;
}

export interface CreditsCaptured extends ChainLink {
  readonly reservationId: ReservationId;
  readonly enrichmentId: EnrichmentId;
  readonly transactionId: TransactionId;
  readonly amount: number;
  readonly operationType: OperationType;
  readonly provider: string;
}

export interface CreditsReleased extends ChainLink {
  readonly reservationId: ReservationId;
  readonly enrichmentId: EnrichmentId;
  readonly amount: number;
  readonly reason: 'found_cheaper' | 'not_found' | 'failed' | 'timed_out' | 'cancelled' | 'suppressed';
}

export type GrantSource = 'purchase' | 'subscription' | 'bonus' | 'manual' | 'refund';

/** Free text of an operator, under a key of its own; never part of a hash (API CR-10). */
export interface SealedNote {
  readonly keyId: KeyId;
  /** Kind `note`. */
  readonly sealed: Sealed;
}

export interface CreditsGranted extends ChainLink {
  readonly grantId: GrantId;
  readonly amount: number;
  readonly source: GrantSource;
  readonly expiresAt: Instant | null;
  readonly referenceId: string | null;
  /** The operator's credential; absent for grants of the CLI and of signing up. */
  readonly by?: string;
  /** The description (CR-06). */
  readonly note?: SealedNote;
}

export interface CreditsExpired extends ChainLink {
  readonly grantId: GrantId;
  readonly amount: number;
}

/** Why an operator moved credits, as far as anybody may read it; the words themselves are sealed. */
export type ReasonCode = 'goodwill' | 'bad_data' | 'duplicate' | 'correction' | 'migration' | 'other';

/** Given back for an enrichment that was found: a grant of its own without expiry, whose id is that of the transaction. */
export interface CreditsRefunded extends ChainLink {
  readonly transactionId: TransactionId;
  readonly enrichmentId: EnrichmentId;
  readonly amount: number;
  readonly reasonCode: ReasonCode;
  readonly by: string;
  readonly note: SealedNote;
}

/** A correction. Upwards it is a grant of its own as in a refund; downwards it takes free credits in burn order. */
export interface CreditsAdjusted extends ChainLink {
  readonly transactionId: TransactionId;
  /** Signed, never 0. */
  readonly amount: number;
  readonly reasonCode: ReasonCode;
  readonly by: string;
  readonly note: SealedNote;
}

/** Fewer credits are available than the org's threshold (API CR-13): once per command that leads there. */
export interface CreditsRanLow {
  readonly available: number;
  readonly threshold: number;
  /** The last entry of the ledger then; 0: there is none. */
  readonly entry: number;
}

/** Nothing is available any more, though credits may be reserved (API CR-13): once per command that leads there. */
export interface CreditsDepleted {
  readonly reserved: number;
  /** The entry of the ledger that it came to. */
  readonly entry: number;
}

/** Free credits of a grant end soon (API CR-13): once per grant and distance. */
export interface GrantExpiryNeared {
  readonly grantId: GrantId;
  /** What is free of it now. */
  readonly amount: number;
  readonly expiresAt: Instant;
  /** 7 or 1. */
  readonly daysBefore: number;
}

/**
 * A signed statement about the chains of a partition (API CR-11): the heads, as of `upToSeq`, of all orgs whose chain
 * has grown since the statement before. `asOf` is the time of the event with that seq.
 */
export interface LedgerCheckpointed {
  readonly partition: number;
  readonly upToSeq: number;
  readonly asOf: Instant;
  /** Number of leaves; their Merkle root. */
  readonly heads: number;
  readonly merkleRoot: string;
  /** Hash of the statement before; 64 zeros for the first. */
  readonly previous: string;
  readonly keyId: string;
  /** Hex SHA-256 of the statement in RFC 8785 form, and its Ed25519 signature in base64. */
  readonly hash: string;
  readonly signature: string;
}
