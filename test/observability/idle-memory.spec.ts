import { IdleMemory, processMemory } from '../../src/observability/idle-memory.js';
import { VirtualClock } from '../log/virtual-clock.js';

const MIB = 1024 * 1024;
const LOOK_MS = 5_000;

/** A process whose load and size the test sets; a release brings it down to 200 MiB. */
const world = () => {
  const clock = new VirtualClock();
  const state = { utilization: 0, mib: 400, releases: 0 };
  const errors: unknown[] = [];
  const idle = new IdleMemory(
    {
      utilization: () => state.utilization,
      bytes: () => state.mib * MIB,
      release: async () => {
        state.releases += 1;
        state.mib = 200;
      },
    },
    clock,
    (error) => errors.push(error),
  );
  return { clock, state, errors, idle, looks: (count: number) => clock.pass(count * LOOK_MS) };
};

it('gives memory back after two looks in a row that find nothing to do', async () => {
  const { state, looks } = world();
  await looks(1);
  expect(state.releases).toBe(0);
  await looks(1);
  expect(state.releases).toBe(1);
});

it('leaves a process alone that works, however little in between', async () => {
  const { state, looks } = world();
  for (let round = 0; round < 5; round += 1) {
    state.utilization = 0;
    await looks(1);
    state.utilization = 0.06;
    await looks(1);
  }
  expect(state.releases).toBe(0);
});

it('does it again only when the process has grown by 48 MiB since', async () => {
  const { state, looks } = world();
  await looks(2);
  state.mib = 247;
  await looks(3);
  expect(state.releases).toBe(1);
  state.mib = 248;
  await looks(1);
  expect(state.releases).toBe(2);
});

it('stops looking', async () => {
  const { state, looks, idle } = world();
  await idle.stop();
  await looks(5);
  expect(state.releases).toBe(0);
});

it('is left to V8 in a process that was not started for it', () => expect(processMemory()).toBeNull());
