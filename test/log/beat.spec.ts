import { Beat } from '../../src/log/beat.js';
import { settle, VirtualClock } from './virtual-clock.js';

/** A beat over an event loop that is as busy as the test says; who was called, in order. */
const beatOver = () => {
  const clock = new VirtualClock();
  const loop = { utilization: 0, looks: 0 };
  const set = { byMs: 0 };
  const shown = { now: () => clock.now() + set.byMs, after: (ms: number, run: () => void) => clock.after(ms, run) };
  const beat = new Beat(shown, () => {
    loop.looks += 1;
    return loop.utilization;
  });
  const called: string[] = [];
  const next = (name: string): void => beat.next(() => called.push(name));
  /** So busy for so long, with something to send every 25 ms. */
  const spend = async (utilization: number, ms: number): Promise<void> => {
    loop.utilization = utilization;
    for (let passed = 0; passed < ms; passed += 25) {
      beat.next(() => undefined);
      await clock.pass(25);
    }
    await clock.pass(40); // The last beat is over.
  };
  return { clock, set, loop, called, next, spend };
};

describe('a beat', () => {
  it.each([0, 0.5, 0.75])(
    'lets everything go at once while the loop is busy for %d of its time',
    async (utilization) => {
      const { called, next, spend } = beatOver();
      await spend(utilization, 2_000);
      next('one');
      expect(called).toEqual([]);
      await settle();
      expect(called).toEqual(['one']);
    },
  );

  it('lets all go together when the loop is full, 40 ms after the first', async () => {
    const { clock, called, next, spend } = beatOver();
    await spend(1, 2_000);
    next('one');
    await clock.pass(10);
    next('two');
    await clock.pass(29.9);
    expect(called).toEqual([]);
    await clock.pass(0.2);
    expect(called).toEqual(['one', 'two']);
  });

  it.each([
    [0.8, 8],
    [0.9, 24],
  ])('rests the longer the busier the loop is: at %d of its time %d ms', async (utilization, restMs) => {
    const { clock, called, next, spend } = beatOver();
    await spend(utilization, 2_000);
    next('one');
    await clock.pass(restMs - 0.1);
    expect(called).toEqual([]);
    await clock.pass(0.2);
    expect(called).toEqual(['one']);
  });

  it('takes no task of 50 ms for a busy process, and forgets what was long ago', async () => {
    const { clock, loop, called, next, spend } = beatOver();
    await spend(0, 1_000);
    loop.utilization = 1;
    await clock.pass(50);
    next('after one task');
    await settle();
    expect(called).toEqual(['after one task']);
    await spend(1, 2_000);
    loop.utilization = 0;
    await clock.pass(1_000);
    next('after a second of rest');
    await settle();
    expect(called).toEqual(['after one task', 'after a second of rest']);
  });

  it('goes on when the clock is set back', async () => {
    const { set, called, next, spend } = beatOver();
    await spend(1, 2_000);
    set.byMs = -3_600_000;
    await spend(0, 1_000);
    next('one');
    await settle();
    expect(called).toEqual(['one']);
  });

  it('asks the event loop about no less than 20 ms', async () => {
    const { clock, loop, next } = beatOver();
    for (let turn = 0; turn < 100; turn += 1) {
      next('one');
      await clock.pass(1);
    }
    expect(loop.looks).toBeLessThanOrEqual(5);
  });
});
