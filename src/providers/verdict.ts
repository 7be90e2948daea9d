import type { AttemptOutcome } from '../domain/enrichments/enrichment.js';
import { assertNever } from '../domain/kernel/errors.js';
import type { Field, Verification } from '../domain/waterfall/plan.js';
import type { FoundValues, Outcome } from './provider.js';
import type { SkipReason } from './skip.js';
import { normalisedValues, valuesIn, verificationOf } from './values.js';

/** Stable words for `reason` of an attempt that got no answer. */
export type ErrorReason =
  | 'out_of_credits'
  | 'bad_credentials'
  | 'blocked'
  | 'invalid_input'
  | 'broken'
  | 'retries_exhausted'
  | 'timeout'
  /** A paid call was begun twice and its process died both times: it is not begun again. */
  | 'outcome_unknown'
  /** The sealed identity cannot be opened although the person was not erased: an alarm is logged. */
  | 'key_missing';

/** What an attempt comes to, before sealing. */
export interface Verdict {
  readonly outcome: AttemptOutcome;
  readonly reason: string | null;
  readonly vendorPrice: number | null;
  readonly values: FoundValues | null;
  readonly valuesFound: number;
  readonly verification: Verification | null;
  readonly deliveries: 1 | 2;
}

const EMPTY: Omit<Verdict, 'outcome' | 'reason'> = {
  vendorPrice: null,
  values: null,
  valuesFound: 0,
  verification: null,
  deliveries: 1,
};

export const skipped = (reason: SkipReason): Verdict => ({ ...EMPTY, outcome: 'skipped', reason });
export const failed = (reason: ErrorReason): Verdict => ({ ...EMPTY, outcome: 'error', reason });

/** What a vendor said, as hit, miss or error of the waterfall. `sandbox`: its numbers are fictional and taken as they are. */
export const verdictOf = (outcome: Outcome, asked: { readonly field: Field; readonly sandbox: boolean }): Verdict => {
  switch (outcome.kind) {
    case 'hit':
      return hitOrNothing(outcome, asked);
    case 'miss':
      return { ...EMPTY, outcome: 'miss', reason: outcome.reason, vendorPrice: outcome.cost.credits };
    case 'retry_later':
      return failed('retries_exhausted');
    case 'out_of_credits':
    case 'bad_credentials':
    case 'blocked':
    case 'invalid_input':
    case 'broken':
      return failed(outcome.kind);
    default:
      return assertNever(outcome);
  }
};

/** A hit whose values are all unusable for the field (personal addresses, numbers that are none) is a miss. */
const hitOrNothing = (
  hit: Extract<Outcome, { kind: 'hit' }>,
  asked: { readonly field: Field; readonly sandbox: boolean },
): Verdict => {
  const values = normalisedValues(asked.field, hit.values, asked.sandbox);
  const vendorPrice = hit.cost.credits;
  const verification = verificationOf(values);
  if (verification === null) return { ...EMPTY, outcome: 'miss', reason: 'no_field', vendorPrice };
  const valuesFound = valuesIn(values);
  return {
    outcome: 'hit',
    reason: null,
    vendorPrice,
    values,
    valuesFound,
    verification,
    deliveries: hit.deliveries ?? 1,
  };
};

/** The trace says that a paid call was repeated after a crash: the operator may have been charged twice by the vendor. */
export const repeated = (verdict: Verdict): Verdict => ({
  ...verdict,
  reason: verdict.reason === null ? 'repeated_after_crash' : `${verdict.reason},repeated_after_crash`,
});
