import type { Plan } from '../../../src/domain/waterfall/plan.js';

/** An answer of a vendor that counted. */
export interface Hit {
  readonly attempt: number;
  readonly step: number;
  readonly provider: string;
  readonly outcome: string;
  readonly verification: string | null;
  readonly keyId: string | null;
  readonly sealed: string | null;
  readonly cacheId: string | null;
}

const BEST_FIRST = ['deliverable valid', 'catch_all_verified', 'probable', 'catch_all', 'unknown', 'invalid'];
const VERIFIED = ['deliverable', 'valid', 'catch_all_verified'];

const rankOf = (verification: string | null): number =>
  BEST_FIRST.findIndex((words) => words.split(' ').includes(verification ?? 'unknown'));

export const priceOfStep = (plan: Plan, step: number): number =>
  step === 0 ? plan.cachePrice : (plan.steps[step - 1]?.price ?? NaN);

export const dearestOf = (plan: Plan): number => Math.max(plan.cachePrice, ...plan.steps.map(({ price }) => price));

const accepted = (plan: Plan, hits: readonly Hit[]): readonly Hit[] =>
  hits.filter(({ outcome, verification }) => {
    if (outcome !== 'hit') return false;
    return plan.stop === 'first_verified' ? VERIFIED.includes(verification ?? '') : verification !== 'invalid';
  });

/** The best verified of the accepted hits, the earlier one when alike. */
export const winnerOf = (plan: Plan, answers: readonly Hit[]): Hit | null =>
  accepted(plan, answers).reduce<Hit | null>(
    (best, hit) => (best === null || rankOf(hit.verification) < rankOf(best.verification) ? hit : best),
    null,
  );

/** The attempt after all these answers, as `step provider`, or how the enrichment ends. */
export const courseOf = (
  plan: Plan,
  answers: readonly Hit[],
): { readonly step: number } | 'found' | 'not_found' | 'failed' => {
  const wanted = plan.stop === 'best_of_n' ? (plan.n ?? plan.steps.length) : 1;
  const lastStep = answers.at(-1)?.step ?? 0;
  if (accepted(plan, answers).length < wanted && lastStep < plan.steps.length) return { step: lastStep + 1 };
  if (winnerOf(plan, answers) !== null) return 'found';
  return answers.some(({ outcome }) => outcome === 'hit' || outcome === 'miss') ? 'not_found' : 'failed';
};
