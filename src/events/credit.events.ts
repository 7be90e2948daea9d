import type { EnrichmentId, GrantId, ReservationId, TransactionId } from '../domain/kernel/ids.js';
import type { Instant } from '../domain/kernel/instant.js';
import type { OperationType } from '../domain/waterfall/plan.js';

/** A change of one grant: reserve and expire take from its free part, release gives back to it, capture takes from its reserved part. */
export interface GrantShare {
  readonly grantId: GrantId;
  /** Signed as the event moves it: negative for reserve, capture and expire, positive for grant and release. */
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

export interface CreditsGranted extends ChainLink {
  readonly grantId: GrantId;
  readonly amount: number;
  readonly source: GrantSource;
  readonly expiresAt: Instant | null;
  readonly referenceId: string | null;
}

export interface CreditsExpired extends ChainLink {
  readonly grantId: GrantId;
  readonly amount: number;
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
