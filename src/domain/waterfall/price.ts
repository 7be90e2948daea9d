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
