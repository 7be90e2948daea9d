import { expectedCostOf } from '../../../src/domain/waterfall/price.js';
import { PLAN, step } from '../fixtures.js';

describe('OP-23 what enrichments will probably cost', () => {
  it.each([
    // 0.5 × 1 + 0.25 × 2 + 0.125 × 3 = 1.375 each
    ['half of the steps find', 50, 8, 11],
    ['rounded up, once for all', 50, 1, 2],
    ['the first always finds', 100, 8, 8],
    ['none ever finds', 0, 8, 0],
    ['there is nothing new', 50, 0, 0],
  ])('%s', (_what, hitRatePercent, count, cost) => expect(expectedCostOf(PLAN, { hitRatePercent, count })).toBe(cost));

  it('is never more than what is reserved, and whole numbers stay whole', () => {
    for (let percent = 0; percent <= 100; percent += 1) {
      const one = { ...PLAN, steps: [step('only', 100)] };
      expect(expectedCostOf(one, { hitRatePercent: percent, count: 7 })).toBe(percent * 7);
      expect(expectedCostOf(PLAN, { hitRatePercent: percent, count: 1_000 })).toBeLessThanOrEqual(3_000);
    }
  });
});
