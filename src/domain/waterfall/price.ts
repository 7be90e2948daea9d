import { amountOf } from '../credits/amount.js';
import { invariant } from '../kernel/errors.js';
import type { Plan } from './plan.js';

/** The step of a hit in the cross-org cache. */
export const CACHE_STEP = 0;

/** What a hit of `step` costs the org (CR-03, CR-05). */
export const priceOf = (plan: Plan, step: number): number => {
  if (step === CACHE_STEP) return amountOf(plan.cachePrice);
  const found = plan.steps[step - 1];
  invariant(found !== undefined, `plan ${plan.waterfallId} has no step ${step}`);
  return amountOf(found.price);
};

/** CR-02: what is set aside is the dearest of all ends, so that a capture can never exceed it. */
export const reservedPriceOf = (plan: Plan): number =>
  plan.steps.reduce((dearest, step) => Math.max(dearest, amountOf(step.price)), amountOf(plan.cachePrice));

/** Sums of binary fractions may end a hair above the whole number that they are. */
const SUM_ERROR = 1e-9;

/**
 * OP-23: what `count` new enrichments will probably cost, rounded up. Every step is taken to find with the same rate
 * (0..100 %) whatever the steps before it did, and the first that finds to win: Σ rate × (1 − rate)^(i − 1) × price of
 * step i. Conditions that skip steps, the cache and stop rules that ask for more hits are left out.
 */
export const expectedCostOf = (
  { steps }: Plan,
  { hitRatePercent, count }: { readonly hitRatePercent: number; readonly count: number },
): number => {
  const rate = hitRatePercent / 100;
  const each = steps.reduce((sum, { price }, index) => sum + rate * (1 - rate) ** index * amountOf(price), 0);
  return Math.max(0, Math.ceil(each * count - SUM_ERROR));
};
