import { createHash } from 'node:crypto';
import type { Config } from '../config/config.js';
import { OPERATION_TYPES, type Field, type Plan, type PlanStep } from '../domain/waterfall/plan.js';
import { SANDBOX_FAST, SANDBOX_DEEP, SANDBOX_SLOW } from './sandbox/sandbox.adapter.js';

/** Fields that have a waterfall. */
export type WaterfallField = Extract<Field, 'emails' | 'phones'>;
export type PlanConfig = Pick<Config, 'prices' | 'cachePricePercent' | 'unit' | 'enrichmentMaxAgeMs'>;

const SANDBOX = [SANDBOX_FAST, SANDBOX_DEEP, SANDBOX_SLOW] as const;
const DEFAULT_WATERFALL_ID = 'default';
/** Sandbox steps outlast the enrichment, so that `tb-timeout` ends at the deadline and not at its step (SB-02). */
const PAST_DEADLINE_MS = 60_000;

/** What counts until an org sets its own: the sandbox, from cheap and quick to dear and slow (SB-01). */
export const planFor = (field: WaterfallField, config: PlanConfig): Plan => {
  const listPrice = config.prices[OPERATION_TYPES[field]];
  const steps = SANDBOX.map(({ id, priceFactor }): PlanStep => ({
    provider: id,
    price: listPrice * priceFactor,
    timeoutMs: config.enrichmentMaxAgeMs + PAST_DEADLINE_MS,
    when: {},
  }));
  return {
    waterfallId: DEFAULT_WATERFALL_ID,
    version: 1,
    steps,
    stop: 'first_verified',
    verifyWith: null,
    cachePrice: cachePriceOf(steps, config.cachePricePercent),
  };
};

/** CR-05; percentages round up. */
const cachePriceOf = (steps: readonly PlanStep[], percent: number): number =>
  Math.ceil((Math.min(...steps.map(({ price }) => price)) * percent) / 100);

/** CR-01: the price list is configuration, its version a hash of it. */
export const priceListVersionOf = ({ prices, cachePricePercent, unit }: PlanConfig): string => {
  const factors = SANDBOX.map(({ id, priceFactor }) => [id, priceFactor]);
  const list = Object.entries(prices).toSorted(([left], [right]) => (left < right ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify([unit, list, cachePricePercent, factors]))
    .digest('hex')
    .slice(0, 16);
};
