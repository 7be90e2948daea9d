import fc from 'fast-check';
import { printSeed, runs, seed } from '../domain/seed.js';
import { fullBucket, take, tokensIn, type Rate, type TokenBucket } from '../../src/rates/token-bucket.js';

beforeAll(() => printSeed('token bucket'));

const rates = fc
  .record({ perMinute: fc.integer({ min: 1, max: 100_000 }), burst: fc.integer({ min: 1, max: 100_000 }) })
  .map(({ perMinute, burst }): Rate => ({ perSecond: perMinute / 60, burst }));
/** Milliseconds between two tries. */
const gaps = fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 50 }), fc.integer({ min: 0, max: 100_000 })), {
  maxLength: 300,
});

const check = (property: fc.IProperty<[Rate, number[]]>): void => fc.assert(property, { seed, numRuns: runs(300) });

/** Times of what was let through. */
const passed = (rate: Rate, steps: readonly number[]): readonly number[] => {
  let bucket: TokenBucket = fullBucket(0);
  let nowMs = 0;
  const times: number[] = [];
  for (const gap of steps) {
    nowMs += gap;
    const taken = take(bucket, rate, nowMs);
    if (taken.kind !== 'taken') continue;
    bucket = taken.bucket;
    times.push(nowMs);
  }
  return times;
};

describe('X-08 the bucket, whatever the rate and whenever it is asked', () => {
  it('never lets more through in any span of time than the burst and what the span refills', () => {
    check(
      fc.property(rates, gaps, (rate, steps) => {
        const times = passed(rate, steps);
        const excess = times.flatMap((from, first) =>
          times
            .slice(first)
            .filter((until, more) => more + 1 > rate.burst + ((until - from) * rate.perSecond) / 1000 + 1e-3),
        );
        expect(excess).toEqual([]);
      }),
    );
  });

  it('lets through who waits as long as told, and nobody who comes a millisecond earlier', () => {
    check(
      fc.property(rates, gaps, (rate, steps) => {
        let bucket: TokenBucket = fullBucket(0);
        let nowMs = 0;
        for (const gap of steps) {
          nowMs += gap;
          const first = take(bucket, rate, nowMs);
          if (first.kind === 'wait') {
            expect(take(bucket, rate, nowMs + first.waitMs - 1).kind).toBe('wait');
            nowMs += first.waitMs;
          }
          const taken = take(bucket, rate, nowMs);
          if (taken.kind !== 'taken') throw new Error(`told to wait in vain at ${nowMs}`);
          bucket = taken.bucket;
        }
      }),
    );
  });

  it('holds between nothing and its burst', () => {
    check(
      fc.property(rates, gaps, (rate, steps) => {
        let bucket: TokenBucket = fullBucket(0);
        let nowMs = 0;
        for (const gap of steps) {
          nowMs += gap;
          const taken = take(bucket, rate, nowMs);
          if (taken.kind === 'taken') bucket = taken.bucket;
          expect(tokensIn(bucket, rate, nowMs)).toBeGreaterThanOrEqual(0);
          expect(tokensIn(bucket, rate, nowMs)).toBeLessThanOrEqual(rate.burst);
        }
      }),
    );
  });
});
