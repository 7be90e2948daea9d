import type { EnrichmentId } from '../domain/kernel/ids.js';
import type { Field } from '../domain/waterfall/plan.js';
import type { FoundEmail, FoundPhone, SealedIdentity } from '../vault/vault.js';

/** What an adapter is asked: one field of one person. `attemptKey` is stable over repeats of the same attempt. */
export interface LookupRequest {
  readonly enrichmentId: EnrichmentId;
  readonly attemptKey: string;
  /** Position in the waterfall, 1 = first. */
  readonly step: number;
  readonly field: Field;
  readonly identity: SealedIdentity;
  /** How often this attempt was answered `retry_later` before. */
  readonly tries: number;
}

/** What the vendor charges the operator, in the vendor's own credits, and how we know. */
export interface VendorCost {
  readonly credits: number;
  readonly basis: 'reported' | 'header' | 'documented' | 'estimated';
}

export interface FoundValues {
  readonly emails?: readonly FoundEmail[];
  readonly phones?: readonly FoundPhone[];
}

/** Everything a vendor's answer can mean; closed. The dispatcher maps it to hit, miss or error of the waterfall. */
export type Outcome =
  | {
      readonly kind: 'hit';
      readonly values: FoundValues;
      readonly cost: VendorCost;
      /** The vendor delivered the same answer more than once (repeated callbacks); each delivery is reported. */
      readonly deliveries?: 1 | 2;
    }
  | { readonly kind: 'miss'; readonly reason: 'not_found' | 'no_field' | 'suppressed'; readonly cost: VendorCost }
  | { readonly kind: 'retry_later'; readonly afterMs: number; readonly reason: string }
  | { readonly kind: 'out_of_credits' }
  | { readonly kind: 'bad_credentials' }
  | { readonly kind: 'blocked'; readonly reason: string }
  | { readonly kind: 'invalid_input'; readonly reason: string }
  | { readonly kind: 'broken'; readonly reason: string };

/** The vendor works on it; ask again with `ref`. */
export interface PendingLookup {
  readonly kind: 'pending';
  readonly ref: string;
  readonly pollAfterMs: number;
}

export interface ProviderLimits {
  readonly concurrency: number;
  /** Over all live processes together. */
  readonly perSecond?: number;
}

/** One data vendor. Mapping from the vendor's shapes is pure and lives beside it; I/O goes through `src/net`. */
export interface ProviderAdapter {
  readonly id: string;
  readonly fields: readonly Field[];
  /** Sandbox adapters never touch the network, never fill the cache, and are all that test keys may reach. */
  readonly sandbox: boolean;
  /** A repeated call costs money: the attempt is marked `called_at` and committed before it. */
  readonly paid: boolean;
  readonly limits: ProviderLimits;
  /** Whether the identity has what the vendor needs; decided before any spend. */
  accepts(field: Field, identity: SealedIdentity): boolean;
  lookup(request: LookupRequest, signal: AbortSignal): Promise<Outcome | PendingLookup>;
  poll?(ref: string, request: LookupRequest, signal: AbortSignal): Promise<Outcome | PendingLookup>;
}
