import { readConfig } from '../../src/config/config.js';
import { planFor, priceListVersionOf } from '../../src/providers/default-waterfalls.js';

const prices = (env: Record<string, string>, field: 'emails' | 'phones') => {
  const plan = planFor(field, readConfig(env));
  return [...plan.steps.map(({ price }) => price), plan.cachePrice];
};

describe('default waterfalls', () => {
  it('SB-01 go from cheap and quick to dear and slow', () => {
    const plan = planFor('emails', readConfig({}));
    expect(plan.steps.map(({ provider }) => provider)).toEqual(['sandbox-fast', 'sandbox-deep', 'sandbox-slow']);
    expect(plan).toMatchObject({ stop: 'first_verified', verifyWith: null });
  });

  it.each([
    [{}, 'emails', [1, 2, 3, 1]],
    [{}, 'phones', [10, 20, 30, 10]],
    [{ PRICE_EMAIL: '7' }, 'emails', [7, 14, 21, 7]],
    [{ CACHE_PRICE_PERCENT: '25' }, 'phones', [10, 20, 30, 3]],
    [{ CACHE_PRICE_PERCENT: '0' }, 'phones', [10, 20, 30, 0]],
  ] as const)('CR-01, CR-05 prices under %j for %s: steps and cache %j', (env, field, expected) => {
    expect(prices(env, field)).toEqual(expected);
  });

  it.each([['-1'], ['1.5'], ['1000001'], ['free']])('CR-01 a price of %s is refused at start, by its name', (price) =>
    expect(() => readConfig({ PRICE_PHONE: price })).toThrow(/^PRICE_PHONE must be/),
  );

  it('SB-02 a step outlasts the enrichment, so that tb-timeout ends at the deadline', () => {
    const config = readConfig({ ENRICHMENT_MAX_AGE_SECONDS: '5' });
    for (const { timeoutMs } of planFor('phones', config).steps) expect(timeoutMs).toBeGreaterThan(5_000);
  });

  it('CR-01 the version of the price list changes with any price, and with nothing else', () => {
    const version = (env: Record<string, string>) => priceListVersionOf(readConfig(env));
    const versions = [
      {},
      { PRICE_EMAIL: '2' },
      { PRICE_PHONE: '2' },
      { PRICE_PERSONAL_EMAIL: '4' },
      { PRICE_SIGNALS: '4' },
      { CACHE_PRICE_PERCENT: '1' },
      { CREDIT_UNIT: 'decicredit' },
    ];
    expect(new Set(versions.map((env) => version(env as Record<string, string>))).size).toBe(versions.length);
    expect(version({ PORT: '1', SANDBOX_SPEED: 'instant' })).toBe(version({}));
  });
});
