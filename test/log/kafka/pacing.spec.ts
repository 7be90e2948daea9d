import { Pacing } from '../../../src/log/kafka/pacing.js';

/** The rests after so many looks, each of which finds the loop this busy. */
const restsAt = (...utilizations: readonly number[]): readonly number[] => {
  const looks = [...utilizations];
  const pacing = new Pacing(() => looks.shift() ?? 0);
  return utilizations.map(() => pacing.restMs());
};

it('a reader of an idle process hardly rests', () => {
  expect(restsAt(0, 0.1, 0.3, 0.2)).toEqual([2, 2, 2, 2]);
});

it('a reader of a busy process rests longer, and never longer than a GET may wait for it', () => {
  const rests = restsAt(...Array.from({ length: 50 }, () => 1));
  expect(rests).toEqual(rests.toSorted((left, right) => left - right));
  expect(rests.at(-1)).toBeCloseTo(60, 3);
});

it('one long task makes no busy process, and a process that calms down is read at once again', () => {
  expect(restsAt(0, 0, 1, 0)).toEqual([2, 2, 2, 2]);
  const calm = restsAt(...Array.from({ length: 30 }, () => 1), ...Array.from({ length: 10 }, () => 0));
  expect(calm.at(-1)).toBe(2);
});

it('measures the event loop of this process unless told otherwise', () => {
  expect(new Pacing().restMs()).toBeGreaterThanOrEqual(2);
});
