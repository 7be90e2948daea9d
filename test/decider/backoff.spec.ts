import { Backoff } from '../../src/decider/backoff.js';

const waits = (random: number, count: number): readonly number[] => {
  const backoff = new Backoff({ firstMs: 100, maxMs: 5_000, random: () => random });
  return Array.from({ length: count }, () => backoff.nextMs());
};

it('doubles up to its limit', () => {
  expect(waits(0, 8)).toEqual([100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000]);
});

it('shortens every wait at random, by half at most, so that owners do not move in step', () => {
  expect(waits(0.5, 2)).toEqual([75, 150]);
  expect(waits(0.999_999, 1)[0]).toBeGreaterThanOrEqual(50);
});

it('starts again after a success', () => {
  const backoff = new Backoff({ firstMs: 100, maxMs: 5_000, random: () => 0 });
  backoff.nextMs();
  backoff.nextMs();
  backoff.reset();
  expect(backoff.nextMs()).toBe(100);
});
