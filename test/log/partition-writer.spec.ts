import { EventInvalid } from '../../src/log/event-validation.js';
import { LogWentBack } from '../../src/log/errors.js';
import { FaultyLog } from './contract/faulty-log.js';
import { numbersOf, PartitionUnderTest, pending } from './contract/harness.js';
import { memoryHarness } from './memory-harness.js';

const onePartition = () => {
  const harness = memoryHarness(1);
  const test = new PartitionUnderTest(harness, 0, new FaultyLog(harness.process('p')));
  return { harness, test, events: harness.broker.partition(harness.topics.events, 0) };
};

describe('a partition writer', () => {
  it('does not let data into the public log that its type does not have, and goes on', async () => {
    const { test } = onePartition();
    const writer = await test.own('a');
    const leaking = pending(1, { data: { commands: 1, email: 'canary@example.com' } as never });
    await expect(writer.append([pending(1), leaking])).rejects.toThrow(EventInvalid);
    await writer.append([pending(2)]);
    expect(numbersOf(await test.counted())).toEqual([2]);
  });

  it('never gives two events the same seq, although one batch is encoded while another one is appended', async () => {
    const { test } = onePartition();
    const turns: (() => void)[] = [];
    const breathe = () => new Promise<void>((resolve) => void turns.push(resolve));
    const writer = await test.claim('a', null, { slices: { areOver: true, breathe } });
    await writer.restore(() => undefined);
    const both = [writer.append([pending(1)]), writer.append([pending(2)])];
    const outcomes = Promise.allSettled(both);
    turns[0]?.();
    await both[0];
    turns[1]?.();
    expect((await outcomes).map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    expect(numbersOf(await test.counted())).toEqual([1]);
  });

  it('never says that an event is smaller than it is', async () => {
    const { test, events } = onePartition();
    const writer = await test.own('a');
    const odd = pending(1, {
      subject: '\u0000"\\ż💧'.repeat(50),
      correlationId: '\u0001'.repeat(99),
      commandOffset: 2n ** 62n,
    });
    for (const event of [pending(1), odd]) {
      await writer.append([event]);
      expect(writer.encodedBytes(event)).toBeGreaterThanOrEqual(events.records.at(-1)?.value.length ?? Infinity);
    }
  });

  it('never says that a plain event is much larger than it is: batches are cut by it', async () => {
    const { test, events } = onePartition();
    const writer = await test.own('a');
    const plain = pending(1, { subject: 'enrichment/550e8400-e29b-41d4-a716-446655440000' });
    await writer.append([plain]);
    expect(writer.encodedBytes(plain) - (events.records.at(-1)?.value.length ?? 0)).toBeLessThan(100);
  });

  it('finds out that the record of its checkpoint is gone, although earlier ones are there', async () => {
    const { test, events } = onePartition();
    const writer = await test.own('a');
    await writer.append([pending(1), pending(2)]);
    for (const end of [2n, 1n]) {
      events.truncate(end);
      await expect(test.claim('b', writer.checkpoint)).rejects.toThrow(LogWentBack);
    }
  });

  it('finds out that an event of its own claim was not yet applied at the checkpoint', async () => {
    const { test } = onePartition();
    const writer = await test.own('a');
    await writer.append([pending(1), pending(2)]);
    const tooFar = { ...writer.checkpoint, seq: 1 };
    await expect(test.claim('b', tooFar)).rejects.toThrow(LogWentBack);
  });

  it('finds out that another one had claimed before its place, in a log that was cut and has grown again', async () => {
    const { test, events } = onePartition();
    const writer = await test.own('a');
    for (const n of [1, 2, 3, 4]) await writer.append([pending(n)]);
    events.truncate(3n);
    const heir = await test.own('heir');
    for (const n of [3, 4, 5]) await heir.append([pending(n)]);
    await expect(test.claim('b', writer.checkpoint)).rejects.toThrow(LogWentBack);
  });

  it('recognizes its place over any number of void records', async () => {
    const { test, harness, events } = onePartition();
    const writer = await test.own('a');
    await writer.append([pending(1)]);
    const voids = Array.from({ length: 1_300 }, () => ({
      key: 'k',
      value: Buffer.from(String(events.records[1]?.value).replaceAll(writer.claim, 'zombie')),
    }));
    await test.log.append(harness.topics.events, 0, voids);
    await writer.append([pending(2)]);
    const behindVoids = { ...writer.checkpoint, offset: 1_301n, seq: 1 };
    await expect(test.own('b', behindVoids)).resolves.toMatchObject({ fence: { seq: 2 } });
    await expect(test.claim('c', { ...behindVoids, claim: 'never seen' })).rejects.toThrow(LogWentBack);
  });

  it('does not append twice at once', async () => {
    const { test } = onePartition();
    const writer = await test.own('a');
    const first = writer.append([pending(1)]);
    await expect(writer.append([pending(2)])).rejects.toThrow('writing');
    await first;
  });
});
