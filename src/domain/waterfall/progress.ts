import type { AttemptOutcome, Candidate, OpenAttempt, PendingWork } from '../enrichments/enrichment.js';
import { invariant } from '../kernel/errors.js';
import type { KeyId, Sealed } from '../kernel/ids.js';
import type { Plan, Verification } from './plan.js';
import { CACHE_STEP, priceOf } from './price.js';

/** The part of a provider's answer that the waterfall looks at. */
export interface StepAnswer {
  readonly step: number;
  readonly provider: string;
  readonly outcome: AttemptOutcome;
  readonly verification: Verification | null;
  readonly keyId: KeyId | null;
  readonly sealed: Sealed | null;
  readonly cacheId: string | null;
}

export type Progress = Pick<PendingWork, 'candidate' | 'hits' | 'answered'>;

export const NO_PROGRESS: Progress = { candidate: null, hits: 0, answered: false };

/** Lower is better. Emails and phones never compete, so `valid` ranks with `deliverable`. */
const RANKS: Readonly<Record<Verification, number>> = {
  deliverable: 0,
  valid: 0,
  catch_all_verified: 1,
  probable: 2,
  catch_all: 3,
  unknown: 4,
  invalid: 5,
};
const VERIFIED: ReadonlySet<Verification> = new Set(['deliverable', 'catch_all_verified', 'valid']);

/** What is known after one more answer; used by deciding and folding alike. */
export const progressAfter = (plan: Plan, before: Progress, answer: StepAnswer): Progress => {
  const answered = before.answered || answer.outcome === 'hit' || answer.outcome === 'miss';
  if (!mayWin(plan, answer)) return { ...before, answered };
  return { candidate: betterOf(before.candidate, candidateOf(plan, answer)), hits: before.hits + 1, answered };
};

/** `first_verified` takes verified values only; the others any but `invalid`, which says that the value is wrong (WF-06). */
const mayWin = (plan: Plan, answer: StepAnswer): boolean => {
  if (answer.outcome !== 'hit') return false;
  const verification = answer.verification ?? 'unknown';
  return plan.stop === 'first_verified' ? VERIFIED.has(verification) : verification !== 'invalid';
};

/** The better verified one; the earlier one when they are alike. */
const betterOf = (held: Candidate | null, found: Candidate): Candidate =>
  held === null || RANKS[found.verification] < RANKS[held.verification] ? found : held;

const candidateOf = (plan: Plan, answer: StepAnswer): Candidate => {
  const { step, provider, verification, keyId, sealed, cacheId } = answer;
  invariant(keyId !== null && sealed !== null, `a hit of ${provider} without values`);
  const fromCache = step === CACHE_STEP ? cacheId : null;
  return {
    step,
    provider,
    price: priceOf(plan, step),
    verification: verification ?? 'unknown',
    keyId,
    sealed,
    fromCache,
  };
};

/** How the waterfall goes on after an answer: another attempt, or the end. */
export type Course =
  | { readonly kind: 'next'; readonly next: OpenAttempt }
  | { readonly kind: 'found'; readonly winner: Candidate }
  /** `failed`: no provider gave an answer at all (API §1). */
  | { readonly kind: 'not_found' | 'failed' };

/** `answered` is the attempt and step that was just answered; `progress` already holds it. */
export const courseAfter = (
  plan: Plan,
  progress: Progress,
  answered: { readonly attempt: number; readonly step: number },
): Course => {
  const next = progress.hits < hitsWanted(plan) ? attemptAt(plan, answered.step + 1, answered.attempt + 1) : null;
  if (next !== null) return { kind: 'next', next };
  if (progress.candidate !== null) return { kind: 'found', winner: progress.candidate };
  return { kind: progress.answered ? 'not_found' : 'failed' };
};

const hitsWanted = (plan: Plan): number => (plan.stop === 'best_of_n' ? (plan.n ?? plan.steps.length) : 1);

/** The attempt that opens `step` (1 = first), or null behind the last. */
export const attemptAt = (plan: Plan, step: number, attempt: number): OpenAttempt | null => {
  const found = plan.steps[step - 1];
  return found === undefined ? null : { attempt, step, provider: found.provider };
};
