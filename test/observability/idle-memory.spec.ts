import { IdleMemory, processMemory } from '../../src/observability/idle-memory.js';
import { settle, VirtualClock } from '../log/virtual-clock.js';

const MIB = 1024 * 1024;
const LOOK_MS = 5_000;

/** A process whose load and size the test sets. */
const world = () => {
  const clock = new VirtualClock();
  const state = { utilization: 0.05, mib: 400, afterReleaseMib: 200, releases: 0, failure: null as Error | null };
  const errors: unknown[] = [];
  const idle = new IdleMemory(
    {
      utilization: () => state.utilization,
      bytes: () => state.mib * MIB,
      release: async () => {
        state.releases += 1;
        await settle(); // Pages come back later than the call.
        if (state.failure !== null) throw state.failure;
        state.mib = state.afterReleaseMib;
      },
    },
    clock,
    (error) => errors.push(error),
  );
  const looks = async (count: number): Promise<void> => {
    for (let look = 0; look < count; look += 1) {
      await clock.pass(LOOK_MS);
      await settle();
      await settle();
    }
  };
  return { state, errors, idle, looks };
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
    state.utilization = 0.05;
    await looks(1);
    state.utilization = 0.051;
    await looks(1);
  }
  expect(state.releases).toBe(0);
});

it.each([150, 200, 350])('does it again only when the process has grown by 48 MiB since, from %d', async (mib) => {
  const { state, looks } = world();
  state.afterReleaseMib = mib;
  await looks(2);
  expect([state.releases, state.mib]).toEqual([1, mib]);
  state.mib = mib + 47;
  await looks(3);
  expect(state.releases).toBe(1);
  state.mib = mib + 48;
  await looks(1);
  expect(state.releases).toBe(2);
});

it('counts the growth from what is left when all pages have gone, not from what is seen right after', async () => {
  const { state, looks } = world();
  state.afterReleaseMib = 380;
  await looks(2);
  state.mib = 250;
  await looks(1);
  state.mib = 298;
  await looks(1);
  expect(state.releases).toBe(2);
});

it('tells when it failed, and tries again', async () => {
  const { state, errors, looks } = world();
  state.failure = new Error('no');
  await looks(2);
  expect([state.releases, errors]).toEqual([1, [state.failure]]);
  state.failure = null;
  await looks(1);
  expect([state.releases, state.mib]).toEqual([2, 200]);
});

it('stops looking', async () => {
  const { state, looks, idle } = world();
  await idle.stop();
  await looks(5);
  expect(state.releases).toBe(0);
});

describe('the memory of this process', () => {
  const before = globalThis.gc;
  afterEach(() => {
    globalThis.gc = before;
  });

  it('is left to V8 when it was not started with --expose-gc', () => {
    globalThis.gc = undefined;
    expect(processMemory()).toBeNull();
  });

  it('is given back by a collection that keeps no pages', async () => {
    const asked: unknown[] = [];
    globalThis.gc = ((options: unknown) => asked.push(options)) as unknown as NodeJS.GCFunction;
    const memory = processMemory();
    await memory?.release();
    expect(asked).toEqual([{ type: 'major', execution: 'async', flavor: 'last-resort' }]);
    expect(memory?.bytes()).toBeGreaterThan(20 * MIB);
    expect(memory?.utilization()).toBeGreaterThanOrEqual(0);
    expect(memory?.utilization()).toBeLessThanOrEqual(1);
  });
});
