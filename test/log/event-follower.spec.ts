import type { EventBatch } from '../../src/log/event-follower.js';
import { LogCorrupted } from '../../src/log/errors.js';
import { FaultyLog } from './contract/faulty-log.js';
import { PartitionUnderTest, pending } from './contract/harness.js';
import { Role } from './contract/role.js';
import { memoryHarness } from './memory-harness.js';

const onePartition = () => {
  const harness = memoryHarness(1);
  const role = new Role();
  return { harness, role, test: new PartitionUnderTest(harness, 0, new FaultyLog(harness.process('p'))) };
};

describe('a follower', () => {
  it('repeats a batch that failed, and stops for good when it keeps failing', async () => {
    const { harness, role, test } = onePartition();
    let calls = 0;
    const handle = async (batch: EventBatch) => {
      if ((calls += 1) !== 3) throw new Error('the database is away');
      return role.store(batch);
    };
    const owner = await test.own('owner');
    await owner.append([pending(1)]);
    const follower = role.follower(harness, test.log, { handle });
    await follower.start();
    await harness.until(() => role.batches.length === 1);
    expect(calls).toBe(3);
    await owner.append([pending(2)]);
    await harness.until(() => role.fatal.length > 0);
    expect([calls, role.fatal.map(({ message }) => message)]).toEqual([10, ['the database is away']]);
    await follower.stop();
  });

  it('repeats the loading of its position, and stops for good when it keeps failing', async () => {
    const { harness, role, test } = onePartition();
    const owner = await test.own('owner');
    await owner.append([pending(1)]);
    const failing = (until: number) => ({
      load: () => ((role.loads += 1) > until ? Promise.resolve(null) : Promise.reject(new Error('no database'))),
    });
    const follower = role.follower(harness, test.log, { checkpoints: failing(2) });
    await follower.start();
    await harness.until(() => role.numbers(0).length === 1);
    expect([role.loads, role.fatal]).toEqual([3, []]);
    await follower.stop();
    const hopeless = role.follower(harness, test.log, { checkpoints: failing(Infinity) });
    await hopeless.start();
    await harness.until(() => role.fatal.length > 0);
    expect([role.loads, role.fatal.map(({ message }) => message)]).toEqual([3 + 7, ['no database']]);
    await hopeless.stop();
  });

  it('gives up the records that it is reading when the partition is taken away, and lets go only then', async () => {
    const { harness, role, test } = onePartition();
    const owner = await test.own('owner');
    await owner.append([pending(1)]);
    let looks = 0;
    let goOn: () => void = () => undefined;
    const breathe = () => {
      looks += 1;
      return new Promise<void>((resolve) => (goOn = resolve));
    };
    const follower = role.follower(harness, test.log, { slices: { areOver: true, breathe } });
    await follower.start();
    await harness.until(() => looks === 1);
    let stopped = false;
    const stopping = follower.stop().then(() => (stopped = true));
    await harness.until(() => follower.status().partitions.length === 0);
    expect(stopped).toBe(false);
    goOn();
    await stopping;
    expect([role.batches, role.fatal]).toEqual([[], []]);
  });

  it('gives up a batch that keeps failing when the partition is taken away', async () => {
    const { harness, role, test } = onePartition();
    const owner = await test.own('owner');
    await owner.append([pending(1)]);
    let calls = 0;
    const failing = role.follower(harness, test.log, {
      handle: () => {
        calls += 1;
        return Promise.reject(new Error('the database is away from here'));
      },
    });
    await failing.start();
    await harness.until(() => calls === 2);
    const stopped = failing.stop();
    await harness.clock.pass(60_000);
    await stopped;
    expect([calls, role.fatal]).toEqual([2, []]);
  });

  it('cuts what it reads into batches of its limit', async () => {
    const { harness, role, test } = onePartition();
    const owner = await test.own('owner');
    await owner.append([pending(1), pending(2)]);
    const follower = role.follower(harness, test.log, { batchMax: 1 });
    await follower.start();
    await harness.until(() => role.batches.length === 3);
    await follower.stop();
    expect(role.batches.map(({ events }) => events.length)).toEqual([0, 1, 1]);
    expect(role.batches.map(({ previous }) => previous?.offset)).toEqual([undefined, 0n, 1n]);
  });

  it('hands over nothing more of what it read once somebody else has moved the position', async () => {
    const { harness, role, test } = onePartition();
    const owner = await test.own('owner');
    await owner.append([pending(1), pending(2)]);
    let calls = 0;
    const handle = (batch: EventBatch) => Promise.resolve((calls += 1) === 2 ? 'moved' : role.store(batch));
    const follower = role.follower(harness, test.log, { batchMax: 1, handle });
    await follower.start();
    await harness.until(() => role.batches.length === 3);
    await follower.stop();
    expect([calls, role.loads, role.numbers(0), role.fatal]).toEqual([4, 2, [1, 2], []]);
  });

  it('stops at a gap in seq and hands nothing of it over', async () => {
    const { harness, role, test } = onePartition();
    const owner = await test.own('owner');
    await owner.append([pending(1)]);
    const { records } = harness.broker.partition(harness.topics.events, 0);
    const skipped = String(records[1]?.value).replace('"seq":"1"', '"seq":"3"');
    await test.log.append(harness.topics.events, 0, [{ key: 'k', value: Buffer.from(skipped) }]);
    const follower = role.follower(harness, test.log);
    await follower.start();
    await harness.until(() => role.fatal.length > 0);
    await follower.stop();
    expect(role.fatal[0]).toBeInstanceOf(LogCorrupted);
    expect(role.batches).toEqual([]);
  });

  it('survives assignments that come faster than it can follow', async () => {
    const { harness, role, test } = onePartition();
    const owner = await test.own('owner');
    await owner.append([pending(1)]);
    const other = harness.process('other');
    const first = role.follower(
      harness,
      harness.process('first', { latencyMs: ({ kind }) => (kind === 'read' ? 500 : 1) }),
    );
    const second = role.follower(harness, other);
    const started = Promise.all([first.start(), second.start()]);
    await harness.clock.pass(10);
    await started;
    const { groups } = harness.broker;
    const group = `${harness.topics.events}-role`;
    for (const name of ['other', 'first', 'other', 'first']) {
      groups.pin(group, 0, name);
      await harness.clock.pass(100);
    }
    await harness.until(() => role.numbers(0).length === 1);
    await owner.append([pending(2)]);
    await harness.until(() => role.numbers(0).length === 2);
    expect([first.status().partitions.length, second.status().partitions.length]).toEqual([1, 0]);
    const stopped = Promise.all([first.stop(), second.stop()]);
    await harness.clock.pass(10_000);
    await stopped;
    expect([role.numbers(0), role.fatal]).toEqual([[1, 2], []]);
  });
});
