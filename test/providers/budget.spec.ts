import { RETRIES_MAX, retryDelayMs } from '../../src/providers/retry.js';
import { shareOf } from '../../src/providers/lane.js';
import { fullBucket, take, type TokenBucket } from '../../src/rates/token-bucket.js';

const ONE = shareOf(1, 1);

/** How many calls pass when one is tried every ms. */
const passedIn = (ms: number, perSecond: number): number => {
  let bucket: TokenBucket = fullBucket(0);
  let passed = 0;
  for (let nowMs = 0; nowMs < ms; nowMs++) {
    const result = take(bucket, shareOf(perSecond, 1), nowMs);
    if (result.kind === 'wait') continue;
    bucket = result.bucket;
    passed += 1;
  }
  return passed;
};

describe('rate', () => {
  it.each([
    [10, 1_000, 19],
    [10, 3_000, 39],
    [0.5, 4_000, 2],
    [0.1, 25_000, 3],
  ])('%d per second lets one second of burst and then the rate through: %i ms, %i calls', (perSecond, ms, calls) => {
    expect(passedIn(ms, perSecond)).toBe(calls);
  });

  it('says exactly how long to wait', () => {
    const first = take(fullBucket(0), ONE, 0);
    if (first.kind !== 'taken') throw new Error('first call waits');
    expect(take(first.bucket, ONE, 250)).toEqual({ kind: 'wait', waitMs: 750 });
    expect(take(first.bucket, ONE, 1_000).kind).toBe('taken');
  });

  it('a clock that goes back gives nothing away', () => {
    const first = take(fullBucket(5_000), ONE, 5_000);
    if (first.kind !== 'taken') throw new Error('first call waits');
    expect(take(first.bucket, ONE, 0)).toEqual({ kind: 'wait', waitMs: 1_000 });
  });

  it.each([
    [30, 1, 30],
    [30, 3, 10],
    [1, 4, 0.25],
    [30, 0, 30],
  ])('%d per second over %i live processes is %d each', (perSecond, live, share) => {
    expect(shareOf(perSecond, live)).toEqual({ perSecond: share, burst: Math.max(1, share) });
  });
});

describe('retry', () => {
  const ask = { afterMs: 1_000, tries: 0, leftMs: 60_000, random: 0 };
  it.each([
    ['never earlier than the vendor said', {}, 1_000],
    ['at most a fifth later', { random: 1 }, 1_200],
    ['not when the count is used up', { tries: RETRIES_MAX }, null],
    ['still at the last count', { tries: RETRIES_MAX - 1 }, 1_000],
    ['not when the step ends before', { leftMs: 1_000 }, null],
  ])('%s', (_, change, expected) => {
    expect(retryDelayMs({ ...ask, ...change })).toBe(expected);
  });
});
