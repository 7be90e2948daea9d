import { LogWentBack, Fenced } from '../../src/log/errors.js';
import { AppendUnknown } from '../../src/log/log.js';
import type { MemoryLog } from '../../src/log/memory/memory-log.js';
import type { AppendFault, MemoryFaults } from '../../src/log/memory/memory-process.js';
import { FaultyLog } from './contract/faulty-log.js';
import { numbersOf, PartitionUnderTest, pending } from './contract/harness.js';
import { memoryHarness, type MemoryHarness } from './memory-harness.js';
import { settle } from './virtual-clock.js';

const on = (harness: MemoryHarness, log: MemoryLog) => new PartitionUnderTest(harness, 0, new FaultyLog(log));

/** Breaks the n-th append of a process. */
const breaking = (nth: number, fault: AppendFault): MemoryFaults => {
  let appends = 0;
  return { onAppend: () => ((appends += 1) === nth ? fault : null) };
};

/** A group whose members remember what they were given. */
const groupOn = (topic: string) => {
  const held = new Map<string, readonly number[]>();
  const join = (log: MemoryLog, name: string) =>
    log.join({
      group: 'g',
      topic,
      held: () => held.get(name) ?? [],
      onAssigned: (partitions) => void held.set(name, partitions),
      onCrashed: () => undefined,
    });
  return { held, join };
};

describe('faults of the in-memory log', () => {
  it('a batch that was sent twice by the client counts once, and its events stand where the first copy is', async () => {
    const harness = memoryHarness(1);
    const test = on(harness, harness.process('a', breaking(2, { kind: 'doubled' })));
    const writer = await test.own('a');
    const { events, position } = await writer.append([pending(1), pending(2)]);
    await writer.append([pending(3)]);
    expect([events.map(({ offset }) => offset), position]).toEqual([[1n, 2n], 4n]);
    expect(await test.counted()).toMatchObject([...events, { seq: 3, offset: 5n }]);
  });

  it.each(['lost-ack', 'failed'] as const)('%s: the writer does not know', async (kind) => {
    const harness = memoryHarness(1);
    const test = on(harness, harness.process('a', breaking(2, { kind })));
    const writer = await test.own('a');
    await expect(writer.append([pending(1)])).rejects.toThrow(AppendUnknown);
    expect(numbersOf(await test.counted())).toEqual(kind === 'failed' ? [] : [1]);
  });

  it('a batch that lands late, after another claim, is void', async () => {
    const harness = memoryHarness(1);
    const test = on(harness, harness.process('a', breaking(2, { kind: 'late', afterMs: 5_000 })));
    const writer = await test.own('a');
    await expect(writer.append([pending(666)])).rejects.toThrow(AppendUnknown);
    const after = await test.own('b');
    await harness.clock.pass(5_000);
    await after.append([pending(1)]);
    expect(numbersOf(await test.counted())).toEqual([1]);
  });

  it('a late copy of a batch counts once', async () => {
    const harness = memoryHarness(1);
    const test = on(harness, harness.process('a', breaking(2, { kind: 'late-duplicate', afterMs: 5_000 })));
    const writer = await test.own('a');
    await writer.append([pending(1)]);
    await harness.clock.pass(5_000);
    await writer.append([pending(2)]);
    expect(numbersOf(await test.counted())).toEqual([1, 2]);
  });

  it('a frozen process loses its partition, and what it writes when it thaws is void', async () => {
    const harness = memoryHarness(1);
    const frozen = harness.process('zombie');
    const zombie = await on(harness, frozen).own('zombie');
    frozen.freeze();
    const late = zombie.append([pending(666)]);
    await settle();
    const test = on(harness, harness.process('owner'));
    const owner = await test.own('owner');
    await owner.append([pending(1)]);
    frozen.thaw();
    await expect(late).rejects.toThrow(Fenced);
    await owner.append([pending(2)]);
    expect(numbersOf(await test.counted())).toEqual([1, 2]);
  });

  it('a process that is killed between append and acknowledgement never hears, its events count', async () => {
    const harness = memoryHarness(1);
    const killed = harness.process('killed', { latencyMs: ({ kind }) => (kind === 'ack' ? 10 : 0) });
    const claiming = on(harness, killed).own('killed');
    await harness.clock.pass(100);
    const heard: string[] = [];
    void (await claiming).append([pending(1)]).then(() => heard.push('acknowledged'));
    await settle();
    killed.kill();
    await harness.clock.pass(60_000);
    const test = on(harness, harness.process('next'));
    expect([heard, numbersOf(await test.counted())]).toEqual([[], [1]]);
  });

  it('an owner notices that the end of its partition is gone', async () => {
    const harness = memoryHarness(1);
    const test = on(harness, harness.process('a'));
    const writer = await test.own('a');
    await writer.append([pending(1), pending(2)]);
    const { checkpoint } = writer;
    harness.broker.partition(harness.topics.events, 0).truncate(2n);
    await expect(writer.append([pending(3)])).rejects.toThrow(LogWentBack);
    await expect(test.claim('b', checkpoint)).rejects.toThrow(LogWentBack);
  });

  it('latencies per partition reorder what arrives from different partitions, never within one', async () => {
    const harness = memoryHarness(2);
    const log = harness.process('a', {
      latencyMs: ({ kind, partition }) => (kind === 'deliver' && partition === 0 ? 50 : 0),
    });
    const seen: string[] = [];
    const sink = async (partition: number, records: readonly { value: Buffer }[]) =>
      void seen.push(...records.map(({ value }) => `${partition}${value.toString()}`));
    const subscription = log.subscribe(harness.topics.commands, sink, () => undefined);
    for (const partition of [0, 1]) subscription.add(partition, 0n);
    for (const text of ['a', 'b']) {
      for (const partition of [0, 1]) {
        await log.append(harness.topics.commands, partition, [{ key: 'k', value: Buffer.from(text) }]);
      }
    }
    await harness.until(() => seen.length === 4);
    expect(seen).toEqual(['1a', '1b', '0a', '0b']);
  });

  it('a frozen member is put out after the session time-out and comes back when it thaws', async () => {
    const harness = memoryHarness(2);
    const { held, join } = groupOn(harness.topics.events);
    const [one, two] = [harness.process('one'), harness.process('two')];
    await join(one, 'one');
    await join(two, 'two');
    await settle();
    expect([...held.values()].map(({ length }) => length)).toEqual([1, 1]);
    one.freeze();
    await harness.clock.pass(10_000);
    expect(held.get('two')).toHaveLength(2);
    one.thaw();
    await settle();
    expect([...held.values()].map(({ length }) => length)).toEqual([1, 1]);
  });

  it('a process that was killed while it was frozen does not come back to its groups', async () => {
    const harness = memoryHarness(1);
    const { held, join } = groupOn(harness.topics.events);
    const [dead, alive] = [harness.process('dead'), harness.process('alive')];
    await join(dead, 'dead');
    dead.freeze();
    dead.kill();
    await harness.clock.pass(10_000);
    dead.thaw();
    await join(alive, 'alive');
    await settle();
    expect(held.get('alive')).toEqual([0]);
  });

  it('a heartbeat can fail', async () => {
    const harness = memoryHarness(1);
    const log = harness.process('a', { heartbeatFails: () => true });
    const noop = () => undefined;
    const options = { group: 'g', topic: harness.topics.events, held: () => [], onAssigned: noop, onCrashed: noop };
    const membership = await log.join(options);
    await expect(membership.heartbeat()).rejects.toThrow('heartbeat');
  });
});
