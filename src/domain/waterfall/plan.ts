/** What is looked for (API §1); `emails` are professional addresses. */
export type Field = 'emails' | 'phones' | 'personal_emails' | 'signals';
export type OperationType =
  'enrichment_email' | 'enrichment_phone' | 'enrichment_personal_email' | 'enrichment_signals';

export const OPERATION_TYPES: Readonly<Record<Field, OperationType>> = {
  emails: 'enrichment_email',
  phones: 'enrichment_phone',
  personal_emails: 'enrichment_personal_email',
  signals: 'enrichment_signals',
};

/** WF-06, closed; `valid` is the word for phone numbers that the metadata of their country accepts. */
export type Verification =
  'deliverable' | 'catch_all_verified' | 'valid' | 'probable' | 'catch_all' | 'unknown' | 'invalid';

/** What a request chose that changes its result (API §1); `{}` when it chose nothing, or named what counts anyway. */
export interface EnrichmentOptions {
  readonly waterfallId?: string;
}

export type StopRule = 'first_verified' | 'first_found' | 'best_of_n';

/** Facts a person must have for a step to be tried; an unmet one skips the step (WF-05). */
export interface StepConditions {
  readonly country?: readonly string[];
  readonly hasLinkedin?: boolean;
  readonly hasDomain?: boolean;
}

export interface PlanStep {
  readonly provider: string;
  /** What a hit of this step costs the org. */
  readonly price: number;
  readonly timeoutMs: number;
  readonly when: StepConditions;
}

/** The waterfall as it was when the enrichment was accepted: frozen into `EnrichmentRequested`. */
export interface Plan {
  readonly waterfallId: string;
  readonly version: number;
  readonly steps: readonly PlanStep[];
  readonly stop: StopRule;
  /** With `best_of_n`: how many hits to collect. */
  readonly n?: number;
  readonly verifyWith: string | null;
  /** Price of a hit in the cross-org cache (CR-05). */
  readonly cachePrice: number;
}
