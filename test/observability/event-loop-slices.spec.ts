import {
  ENDLESS_SLICE,
  EventLoopSlices,
  mapInSlices,
  runAtOnce,
  runInSlices,
} from '../../src/observability/event-loop-slices.js';
import { VirtualClock } from '../log/virtual-clock.js';

/** Turns of an event loop that the test runs by hand. */
const handTurned = () => {
  const turns: (() => void)[] = [];
  const clock = new VirtualClock();
  const slices = new EventLoopSlices(clock, (run) => turns.push(run));
  const turn = async () => {
    for (const run of turns.splice(0)) run();
    await Promise.resolve();
    await Promise.resolve();
    await Promise.resolve();
  };
  return { clock, slices, turns, turn };
};

it('lets work go on while its slice lasts', async () => {
  const { slices, turns } = handTurned();
  for (let command = 0; command < 1_000; command += 1) await slices.breathe();
  expect(turns).toHaveLength(0);
});

it('lets those who wait go on in a later turn of the event loop, as many as find room in a slice', async () => {
  const { clock, slices, turns, turn } = handTurned();
  let workedMs = 5;
  jest.spyOn(clock, 'now').mockImplementation(() => workedMs + VirtualClock.prototype.now.call(clock));
  const went: string[] = [];
  const work = async (name: string, ms: number): Promise<void> => {
    await slices.breathe();
    went.push(name);
    workedMs += ms;
  };
  void work('a', 1);
  void work('b', 4);
  void work('c', 9);
  void work('d', 0);
  expect(turns).toHaveLength(1);
  await turn();
  expect(went).toEqual(['a', 'b']);
  await turn();
  expect(went).toEqual(['a', 'b', 'c']);
  await turn();
  expect(went).toEqual(['a', 'b', 'c', 'd']);
  expect(turns).toHaveLength(0);
});

/** Over as often as it is asked; counts the turns. */
const alwaysOver = () => {
  const slices = { areOver: true, turns: 0, breathe: async () => void (slices.turns += 1) };
  return slices;
};

it('gives everything else a turn between two items when the slice is over', async () => {
  const slices = alwaysOver();
  const seen: string[] = [];
  const mapping = mapInSlices(slices, ['a', 'b', 'c'], (item, index) => {
    seen.push(`${item} after ${slices.turns}`);
    return index;
  });
  expect(await mapping).toEqual([0, 1, 2]);
  expect(seen).toEqual(['a after 1', 'b after 2', 'c after 3']);
});

it('maps one item after the other, also when each takes its time', async () => {
  const running: number[] = [];
  const results = await mapInSlices(ENDLESS_SLICE, [1, 2, 3], async (item) => {
    running.push(item);
    await Promise.resolve();
    expect(running).toHaveLength(item);
    return item * 2;
  });
  expect(results).toEqual([2, 4, 6]);
});

it('runs steps to their end, in slices and at once', async () => {
  function* steps() {
    let sum = 0;
    for (const part of [1, 2, 3]) {
      sum += part;
      yield;
    }
    return sum;
  }
  const slices = alwaysOver();
  expect(await runInSlices(slices, steps())).toBe(6);
  expect(slices.turns).toBe(3);
  expect(runAtOnce(steps())).toBe(6);
});
