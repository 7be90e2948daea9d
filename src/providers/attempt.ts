import type { CommandDataByType } from '../domain/command.js';
import type { EnrichmentId, IdentityHash, KeyId, OrgId, Sealed } from '../domain/kernel/ids.js';
import type { Field, Plan } from '../domain/waterfall/plan.js';

/** Names one attempt; an enrichment has at most one open at a time. */
export interface AttemptKey {
  readonly enrichmentId: EnrichmentId;
  readonly attempt: number;
}

/** What the decider has asked for: attempt `attempt` of an enrichment, at step `step` of its frozen plan. */
export interface AttemptRow extends AttemptKey {
  readonly partition: number;
  readonly orgId: OrgId;
  readonly correlationId: string;
  readonly field: Field;
  readonly plan: Plan;
  /** Strongest first. */
  readonly identities: readonly IdentityHash[];
  readonly keyId: KeyId;
  /** The identity, sealed under `keyId`. */
  readonly sealed: Sealed;
  readonly deadlineMs: number;
  readonly step: number;
  readonly provider: string;
}

/** An open attempt this process holds a lease on, with what earlier holders left behind. */
export interface HeldAttempt extends AttemptRow {
  /** When work on this attempt began, epoch ms; null: not yet. */
  readonly startedMs: number | null;
  /** Paid calls that were started and never answered; after a crash this is 1. */
  readonly calls: number;
  /** How often the vendor said `retry_later`. */
  readonly tries: number;
  /** Handle of a lookup that the vendor works on. */
  readonly vendorRef: string | null;
}

/** What is sent to the decider. */
export type AnswerData = CommandDataByType['RecordProviderResponse'];

/** An attempt whose answer is stored; sent again until its `ProviderResponded` is read. */
export interface AnsweredAttempt {
  readonly orgId: OrgId;
  readonly correlationId: string;
  readonly deadlineMs: number;
  readonly answer: AnswerData;
}

export const keyOf = ({ enrichmentId, attempt }: AttemptKey): string => `${enrichmentId}/${attempt}`;

/** The sandbox of an org is the org `<org>~test`. */
export const isTestOrg = (orgId: OrgId): boolean => orgId.endsWith('~test');
