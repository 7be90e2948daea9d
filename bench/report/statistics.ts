/** One figure over the rounds that count. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export const spreadOf = (values: readonly number[]): Spread => {
  const sorted = [...values].sort((left, right) => left - right);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  const median = sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
  return { median, min: sorted[0] ?? Number.NaN, max: sorted.at(-1) ?? Number.NaN };
};

export interface Target {
  readonly bound: 'at least' | 'at most';
  readonly value: number;
}

/** No single round may be worse than the target by more than a tenth (performance.md §4). */
const ROUND_SLACK = 0.9;

export const meets = ({ bound, value }: Target, { median, min, max }: Spread): boolean =>
  bound === 'at least' ? median >= value && min >= value * ROUND_SLACK : median <= value && max <= value / ROUND_SLACK;
