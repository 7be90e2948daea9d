import { WINDOW_S, type Quota } from './request-rates.js';

/** the structured fields name every limit, the `X-` ones the limit that will be reached first. */
export const rateHeaders = (quotas: readonly Quota[]): Record<string, string> => {
  const tightest = quotas.reduce(tighter);
  return {
    'ratelimit-policy': quotas.map(({ name, limit }) => `"${name}";q=${limit};w=${WINDOW_S}`).join(', '),
    ratelimit: quotas.map(({ name, remaining, resetS }) => `"${name}";r=${remaining};t=${resetS}`).join(', '),
    'x-ratelimit-limit': String(tightest.limit),
    'x-ratelimit-remaining': String(tightest.remaining),
    'x-ratelimit-reset': String(tightest.resetS),
  };
};

const tighter = (left: Quota, right: Quota): Quota => (right.remaining < left.remaining ? right : left);
