import type { CacheEntry } from '../events/enrichment.events.js';
import type { GrantSource, LedgerCheckpointed, ReasonCode, SealedNote } from '../events/credit.events.js';
import type { KeyCaps, OrgCaps } from './credits/caps.js';
import type { AttemptOutcome, Dialect } from './enrichments/enrichment.js';
import type { EnrichmentView } from './enrichments/enrichment-view.js';
import type {
  CommandId,
  EnrichmentId,
  GrantId,
  IdentityHash,
  KeyId,
  OrgId,
  PersonId,
  Sealed,
  TransactionId,
} from './kernel/ids.js';
import type { Instant } from './kernel/instant.js';
import type { Refusal } from './kernel/refusal.js';
import type { Settings } from './settings/settings.js';
import type { EnrichmentOptions, Field, Plan, Verification } from './waterfall/plan.js';

/** What may be asked of the decider, by type. Personal data only sealed. */
export interface CommandDataByType {
  /** Find or create the person that owns the strongest known identity, merge what is new. */
  RecordPerson: {
    /** Chosen by the client, else derived from the command. */
    readonly personId: PersonId | null;
    /** Strongest first (EN-17). */
    readonly identities: readonly IdentityHash[];
    readonly keyId: KeyId;
    /** The whole identity, sealed under `keyId`; the vault's owner merges before sealing. */
    readonly sealed: Sealed;
    readonly source: string;
    /** Set when the sender has merged into this person as it stood with that `sealed`; a mismatch is refused CONFLICT `stale_person`. */
    readonly mergedInto: { readonly personId: PersonId; readonly over: Sealed } | null;
  };
  /** All or nothing over `personIds` (distinct, 1..1000); reuse first (OP-04, OP-11, OP-12, OP-18). */
  RequestEnrichments: {
    readonly personIds: readonly PersonId[];
    readonly field: Field;
    readonly options?: EnrichmentOptions;
    readonly optionsHash: string;
    readonly plan: Plan;
    readonly priceListVersion: string;
    readonly createdBy: string;
    readonly dialect: Dialect;
    readonly maxAgeMs: number;
    /** A new one also after a finished one, never while one is pending (OP-05); only under a key. */
    readonly force?: true;
    /** CR-07: what this request may reserve at most. */
    readonly maxCredits?: number;
    /** CR-07: of the key that `createdBy` names, as configured when it was sent. */
    readonly keyCaps?: KeyCaps;
  };
  /** OP-23: what the same request would come to; changes nothing, not even the log. */
  EstimateEnrichments: CommandDataByType['RequestEnrichments'];
  /** From `providers`: counts only if (enrichment, attempt) is the open one (DESIGN §3). */
  RecordProviderResponse: {
    readonly enrichmentId: EnrichmentId;
    readonly attempt: number;
    readonly step: number;
    readonly provider: string;
    readonly outcome: AttemptOutcome;
    readonly reason: string | null;
    readonly vendorPrice: number | null;
    readonly latencyMs: number;
    readonly startedAt: Instant;
    readonly verification: Verification | null;
    readonly valuesFound: number;
    readonly keyId: KeyId | null;
    readonly sealed: Sealed | null;
    readonly cacheId: string | null;
    readonly cache: CacheEntry | null;
  };
  /** From the sweeper or a GET that looks: ends the enrichment if its deadline has passed (OP-09). */
  ExpireEnrichment: { readonly enrichmentId: EnrichmentId };
  /** OP-21: the newest pending enrichment of (person, field, options). */
  CancelEnrichment: { readonly personId: PersonId; readonly field: Field; readonly optionsHash: string };
  /** WF-10: what is not mentioned stays; null takes a cap away. */
  ChangeSettings: {
    readonly caps?: Partial<OrgCaps>;
    readonly creditThreshold?: number | null;
    readonly by: string;
  };
  GrantCredits: {
    readonly amount: number;
    readonly source: GrantSource;
    readonly expiresAt: Instant | null;
    readonly referenceId: string | null;
    readonly by?: string;
    readonly note?: SealedNote;
  };
  /** CR-12: once per enrichment; `amount` null: all that it cost. */
  RefundEnrichment: {
    readonly enrichmentId: EnrichmentId;
    readonly amount: number | null;
    readonly reasonCode: ReasonCode;
    readonly by: string;
    readonly note: SealedNote;
  };
  /** CR-12: `amount` is signed; what is not free cannot be taken. */
  AdjustCredits: {
    readonly amount: number;
    readonly reasonCode: ReasonCode;
    readonly by: string;
    readonly note: SealedNote;
  };
  /** From the sweeper: expires the free part of every grant that is due, and says which ones end soon (CR-13). */
  ExpireGrants: Record<string, never>;
  /** From an owner, signed (API CR-11); counts only under the claim whose seqs it speaks of, after the one before. */
  CheckpointLedger: { readonly claim: string; readonly statement: LedgerCheckpointed };
}
export type CommandType = keyof CommandDataByType;

/** A command as it stands in `tributary.commands`. */
export type Command<T extends CommandType = CommandType> = T extends CommandType
  ? {
      readonly id: CommandId;
      readonly type: T;
      readonly orgId: OrgId;
      readonly data: CommandDataByType[T];
      /** The id comes from an Idempotency-Key (or the CLI): its answer is kept 24 h. */
      readonly keyed: boolean;
      /** SHA-256 of the request a key covers; a known id with another fingerprint is refused IDEMPOTENCY_CONFLICT. */
      readonly fingerprint: string | null;
      readonly correlationId: string;
      readonly sentAtMs: number;
      /** After sentAt + waitMs the command is refused UNAVAILABLE; null: never (commands of our own roles). */
      readonly waitMs: number | null;
      /** The process that waits for the answer, with its partition of `tributary.replies`; null: nobody. */
      readonly replyTo: { readonly instance: string; readonly partition: number } | null;
    }
  : never;

export interface ResultByCommand {
  /** The person as it stands now; the sender merges and seals anew when it knew more than `sealed` says. */
  RecordPerson: {
    readonly personId: PersonId;
    readonly existing: boolean;
    readonly keyId: KeyId;
    readonly sealed: Sealed;
    /** When the person was created. */
    readonly recordedAt: Instant;
  };
  /** `enrichments` in the order of `personIds`; `reserved` by this command; `available` after it. */
  RequestEnrichments: {
    readonly enrichments: readonly EnrichmentView[];
    readonly created: number;
    readonly reserved: number;
    readonly available: number;
  };
  EstimateEnrichments: {
    readonly created: number;
    readonly reused: number;
    /** Reserved for each new one. */
    readonly perItem: number;
    /** Reserved for all of them. */
    readonly required: number;
    /** Before that. */
    readonly available: number;
    /** What would refuse it; null: it is affordable. */
    readonly shortage: Refusal | null;
  };
  RecordProviderResponse: Record<string, never>;
  ExpireEnrichment: { readonly enrichment: EnrichmentView };
  /** `available` after it. */
  CancelEnrichment: { readonly enrichment: EnrichmentView; readonly available: number };
  ChangeSettings: { readonly settings: Settings };
  GrantCredits: { readonly grantId: GrantId; readonly balance: number; readonly available: number };
  RefundEnrichment: {
    readonly transactionId: TransactionId;
    readonly amount: number;
    readonly balance: number;
    readonly available: number;
  };
  AdjustCredits: { readonly transactionId: TransactionId; readonly balance: number; readonly available: number };
  ExpireGrants: Record<string, never>;
  CheckpointLedger: Record<string, never>;
}
export type CommandResult<T extends CommandType = CommandType> = ResultByCommand[T];
