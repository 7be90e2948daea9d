import { RECENT_MS } from '../../src/domain/answers/memory.js';
import type { CommandId } from '../../src/domain/kernel/ids.js';
import { KeyTurns } from '../../src/commands/key-turns.js';
import { Unavailable } from '../../src/commands/outcomes.js';
import { ManualClock, settled } from './fakes.js';

const WAIT_MS = 9_000;
const A = { id: 'a' as CommandId, fingerprint: 'f-1' };
const OTHER_REQUEST = { ...A, fingerprint: 'f-2' };
const B = { id: 'b' as CommandId, fingerprint: 'f-1' };
const IN_PROGRESS = { code: 'IDEMPOTENCY_IN_PROGRESS', headers: { 'retry-after': '1' } };

const setUp = () => {
  const clock = new ManualClock();
  const turns = new KeyTurns({ clock, waitMs: WAIT_MS });
  const started: string[] = [];
  /** A run that ends when the test says so. */
  const run = (name: string, key = A) => {
    let end: (how: string | Error) => void = () => undefined;
    const answered = turns.take(key, () => {
      started.push(name);
      return new Promise<string>((resolve, reject) => {
        end = (how) => (how instanceof Error ? reject(how) : resolve(how));
      });
    });
    answered.catch(() => undefined);
    return { answered, end: (how: string | Error) => end(how) };
  };
  return { clock, started, run };
};

describe('X-07 requests under one key in one process', () => {
  it('the second starts when the first has its answer, the third when the second has', async () => {
    const { started, run } = setUp();
    const [first, second, third] = [run('1'), run('2'), run('3')];
    await settled();
    expect(started).toEqual(['1']);
    first.end('one');
    expect(await first.answered).toBe('one');
    await settled();
    expect(started).toEqual(['1', '2']);
    second.end(new Error('failed'));
    await expect(second.answered).rejects.toThrow('failed');
    await settled();
    expect(started).toEqual(['1', '2', '3']);
    third.end('three');
    expect(await third.answered).toBe('three');
  });

  it('other keys do not wait', async () => {
    const { started, run } = setUp();
    run('1');
    run('2', B);
    await settled();
    expect(started).toEqual(['1', '2']);
  });

  it('409 IDEMPOTENCY_IN_PROGRESS only when the wait ends, and without having started', async () => {
    const { clock, started, run } = setUp();
    const first = run('1');
    const second = run('2');
    clock.advance(WAIT_MS - 1);
    await settled();
    let failed = false;
    second.answered.catch(() => (failed = true));
    await settled();
    expect(failed).toBe(false);
    clock.advance(1);
    await expect(second.answered).rejects.toMatchObject(IN_PROGRESS);
    first.end('one');
    await settled();
    expect(started).toEqual(['1']);
    expect(clock.pending).toBe(0);
  });

  it('the wait is one for all that stand before', async () => {
    const { clock, run } = setUp();
    const first = run('1');
    const second = run('2');
    const third = run('3');
    clock.advance(WAIT_MS - 1);
    first.end('one');
    await settled();
    clock.advance(1);
    await expect(third.answered).rejects.toMatchObject(IN_PROGRESS);
    second.end('two');
    expect(await second.answered).toBe('two');
  });

  it('at most 1,000 wait', async () => {
    const { run } = setUp();
    run('first');
    for (let i = 0; i < 1_000; i++) run(`waiting ${i}`);
    await settled();
    await expect(run('too many').answered).rejects.toMatchObject(IN_PROGRESS);
  });

  it('what was given up without an answer may still be answered: another request must not take its answer', async () => {
    const { started, run } = setUp();
    const first = run('1');
    first.end(new Unavailable('no_answer', 2));
    await settled();
    await expect(run('2', OTHER_REQUEST).answered).rejects.toMatchObject(IN_PROGRESS);
    const repeat = run('3');
    await settled();
    repeat.end('one');
    await settled();
    run('4', OTHER_REQUEST);
    await settled();
    expect(started).toEqual(['1', '3', '4']);
  });

  it('that ends when no copy of it counts any more', async () => {
    const { clock, started, run } = setUp();
    run('1').end(new Unavailable('no_answer', 2));
    await settled();
    clock.advance(RECENT_MS + 1);
    run('2', OTHER_REQUEST);
    await settled();
    expect(started).toEqual(['1', '2']);
  });

  it('what was never sent leaves the key free', async () => {
    const { started, run } = setUp();
    run('1').end(new Unavailable('overloaded', 1));
    await settled();
    run('2', OTHER_REQUEST);
    await settled();
    expect(started).toEqual(['1', '2']);
  });
});
