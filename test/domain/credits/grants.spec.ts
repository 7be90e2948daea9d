import * as fc from 'fast-check';
import { amountOf, isAmount } from '../../../src/domain/credits/amount.js';
import type { Grant } from '../../../src/domain/credits/account.js';
import { burn, compareBurnOrder, moveShares, withGrant } from '../../../src/domain/credits/grants.js';
import { negated, splitShares, takeFirst, totalOf } from '../../../src/domain/credits/split.js';
import type { GrantId } from '../../../src/domain/kernel/ids.js';
import { at } from '../fixtures.js';
import { share } from '../history.js';
import { printSeed, seed } from '../seed.js';

const grantNamed = (name: string, part: Partial<Grant> = {}): Grant => ({
  id: `grant-${name}` as GrantId,
  free: 5,
  reserved: 0,
  expiresAt: null,
  grantedAt: at(0),
  ...part,
});
const anyGrant: fc.Arbitrary<Grant> = fc
  .record({
    id: fc.integer({ min: 0, max: 5 }),
    free: fc.nat({ max: 9 }),
    expires: fc.option(fc.nat({ max: 3 })),
    granted: fc.nat({ max: 3 }),
  })
  .map(({ id, free, expires, granted }) =>
    grantNamed(String(id), { free, expiresAt: expires === null ? null : at(expires), grantedAt: at(granted) }),
  );
const names = (grants: readonly Grant[]) => grants.map(({ id }) => id.replace('grant-', '')).join(' ');

beforeAll(() => printSeed('grants'));

describe('CR-06 burn order', () => {
  it('is earliest expiry, then oldest, never expiring last, ids at the very end', () => {
    const grants = [
      grantNamed('never-young', { grantedAt: at(2) }),
      grantNamed('late', { expiresAt: at(20) }),
      grantNamed('never-old', { grantedAt: at(1) }),
      grantNamed('soon-b', { expiresAt: at(10), grantedAt: at(5) }),
      grantNamed('soon-young', { expiresAt: at(10), grantedAt: at(6) }),
      grantNamed('soon-a', { expiresAt: at(10), grantedAt: at(5) }),
    ];
    expect(names(grants.reduce<readonly Grant[]>(withGrant, []))).toBe(
      'soon-a soon-b soon-young late never-old never-young',
    );
  });

  it('is total: no two different grants are equal, and it is transitive', () =>
    fc.assert(
      fc.property(anyGrant, anyGrant, anyGrant, (a, b, c) => {
        expect(Math.sign(compareBurnOrder(a, b))).toBe(-Math.sign(compareBurnOrder(b, a)) || 0);
        if (a.id !== b.id) expect(compareBurnOrder(a, b)).not.toBe(0);
        if (compareBurnOrder(a, b) <= 0 && compareBurnOrder(b, c) <= 0)
          expect(compareBurnOrder(a, c)).toBeLessThanOrEqual(0);
      }),
      { seed },
    ));

  it('is kept whatever the order in which grants come', () =>
    fc.assert(
      fc.property(fc.uniqueArray(anyGrant, { selector: ({ id }) => id }), (grants) => {
        const kept = grants.reduce<readonly Grant[]>(withGrant, []);
        expect(kept).toEqual([...grants].sort(compareBurnOrder));
      }),
      { seed },
    ));
});

describe('burning', () => {
  const grants = [
    grantNamed('a', { free: 2 }),
    grantNamed('b', { free: 0, reserved: 3 }),
    grantNamed('c', { free: 4 }),
  ];

  it.each([
    [0, []],
    [1, [share('a', -1)]],
    [2, [share('a', -2)]],
    [5, [share('a', -2), share('c', -3)]],
    [6, [share('a', -2), share('c', -4)]],
  ])('%i credits come from the first free parts', (amount, shares) => expect(burn(grants, amount)).toEqual(shares));

  it('asserts that they are there', () => expect(() => burn(grants, 7)).toThrow('grants are 1 short of 7'));

  it('moves shares between the parts and drops what is used up', () => {
    const moved = moveShares(grants, [share('a', -2), share('c', -3)], { free: 1, reserved: -1 });
    expect(moved.map(({ free, reserved }) => [free, reserved])).toEqual([
      [0, 2],
      [0, 3],
      [1, 3],
    ]);
    expect(names(moveShares(moved, [share('a', -2)], { free: 0, reserved: 1 }))).toBe('b c');
  });
});

describe('the split of a reservation over its enrichments', () => {
  const positive = fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 8 });

  it.each([
    { shares: [share('a', -6)], amounts: [3, 3], splits: [[share('a', 3)], [share('a', 3)]] },
    {
      shares: [share('a', -2), share('b', -4)],
      amounts: [3, 3],
      splits: [[share('a', 2), share('b', 1)], [share('b', 3)]],
    },
    {
      shares: [share('a', -1), share('b', -1), share('c', -1)],
      amounts: [3],
      splits: [[share('a', 1), share('b', 1), share('c', 1)]],
    },
    { shares: [], amounts: [0, 0], splits: [[], []] },
  ])('deals $amounts in order', ({ shares, amounts, splits }) => expect(splitShares(shares, amounts)).toEqual(splits));

  it('gives each enrichment its amount and uses every share up', () =>
    fc.assert(
      fc.property(positive, positive, (amounts, weights) => {
        const total = amounts.reduce((sum, amount) => sum + amount, 0);
        const shares = weights
          .reduce<number[]>((cuts, weight) => [...cuts, Math.min(weight, total - cuts.reduce((a, b) => a + b, 0))], [])
          .filter((part) => part > 0);
        const rest = total - shares.reduce((a, b) => a + b, 0);
        const all = [...shares, ...(rest > 0 ? [rest] : [])].map((part, index) => share(String(index), -part));
        const splits = splitShares(all, amounts);
        expect(splits.map(totalOf)).toEqual(amounts);
        for (const { grantId, delta } of all) {
          const dealt = splits.flat().filter((part) => part.grantId === grantId);
          expect(totalOf(dealt)).toBe(-delta);
        }
      }),
      { seed },
    ));

  it('asserts that a reservation holds what its enrichments need', () =>
    expect(() => splitShares([share('a', -1)], [2])).toThrow('holds less'));

  it.each([
    [0, [], [share('a', 2), share('b', 3)]],
    [1, [share('a', 1)], [share('a', 1), share('b', 3)]],
    [2, [share('a', 2)], [share('b', 3)]],
    [4, [share('a', 2), share('b', 2)], [share('b', 1)]],
    [5, [share('a', 2), share('b', 3)], []],
  ])('taking %i takes the first shares and leaves the rest', (amount, taken, rest) =>
    expect(takeFirst([share('a', 2), share('b', 3)], amount)).toEqual({ taken, rest }),
  );

  it('asserts that no more is taken than it holds', () =>
    expect(() => takeFirst([share('a', 2)], 3)).toThrow('a split is 1 short of 3'));

  it('is negated for entries that take', () => expect(negated([share('a', 2)])).toEqual([share('a', -2)]));
});

describe('amounts', () => {
  it.each([0, 1, Number.MAX_SAFE_INTEGER])('%d is one', (value) => expect(amountOf(value)).toBe(value));
  it.each([-1, 0.5, NaN, Infinity, Number.MAX_SAFE_INTEGER + 1])('%d is none', (value) => {
    expect(isAmount(value)).toBe(false);
    expect(() => amountOf(value)).toThrow('not an amount');
  });
});
