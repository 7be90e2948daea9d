import { EventLoopSlices } from '../../src/decider/event-loop-slices.js';
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

it('lets deciding go on while its slice lasts', async () => {
  const { slices, turns } = handTurned();
  for (let command = 0; command < 1_000; command += 1) await slices.breathe();
  expect(turns).toHaveLength(0);
});

it('lets one partition go on per turn of the event loop once the slice is over', async () => {
  const { clock, slices, turn } = handTurned();
  await clock.pass(8);
  const went: string[] = [];
  for (const name of ['a', 'b', 'c']) void slices.breathe().then(() => went.push(name));
  await turn();
  expect(went).toEqual(['a']);
  await turn();
  expect(went).toEqual(['a', 'b']);
  await turn();
  expect(went).toEqual(['a', 'b', 'c']);
});
