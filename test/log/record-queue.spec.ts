import { Overloaded } from '../../src/log/errors.js';
import { AppendTooLarge, AppendUnknown, type OutgoingRecord } from '../../src/log/log.js';
import { RecordQueue, type WhenToSend } from '../../src/log/record-queue.js';
import { memoryHarness } from './memory-harness.js';
import { settle } from './virtual-clock.js';

const small: OutgoingRecord = { key: 'k', value: Buffer.from('v') };
const megabyte: OutgoingRecord = { key: 'k', value: Buffer.alloc(1024 * 1024) };

/** A queue over a log whose appends take 10 ms; the sizes of its batches are written down. */
const queueOver = (appendMs = 10, whenToSend?: WhenToSend) => {
  const harness = memoryHarness(1);
  const batches: number[] = [];
  const log = harness.process('p', {
    latencyMs: ({ kind }) => (kind === 'ack' ? appendMs : 0),
    onAppend: ({ records }) => {
      batches.push(records.length);
      return null;
    },
  });
  return { queue: new RecordQueue(log, harness.topics.commands, 0, whenToSend), batches, clock: harness.clock };
};

describe('a record queue', () => {
  it('sends what comes alone at once, and together what comes while an append is under way', async () => {
    const { queue, batches, clock } = queueOver();
    const first = queue.push(small);
    await settle();
    const more = [queue.push(small), queue.push(small), queue.push(small)];
    await clock.pass(20);
    expect(await Promise.all([first, ...more])).toEqual([0n, 1n, 2n, 3n]);
    expect(batches).toEqual([1, 3]);
  });

  it('sends when it is told to, with all that has come until then', async () => {
    const told: (() => void)[] = [];
    const { queue, batches, clock } = queueOver(10, (send) => told.push(send));
    const first = [queue.push(small), queue.push(small)];
    await clock.pass(100);
    expect([batches, told.length]).toEqual([[], 1]);
    told.shift()?.();
    await settle();
    const second = queue.push(small);
    expect(told.length).toBe(0); // An append is under way: what comes meanwhile waits for that first.
    await clock.pass(100);
    expect([batches, told.length]).toEqual([[2], 1]);
    told.shift()?.();
    await clock.pass(100);
    expect([await Promise.all([...first, second]), batches]).toEqual([
      [0n, 1n, 2n],
      [2, 1],
    ]);
  });

  it('waits for no more once 25 records or 16 KiB wait', async () => {
    const byCount = queueOver(10, () => undefined);
    const records = Array.from({ length: 24 }, () => byCount.queue.push(small));
    await byCount.clock.pass(100);
    expect(byCount.batches).toEqual([]);
    records.push(byCount.queue.push(small));
    await settle();
    records.push(...Array.from({ length: 25 }, () => byCount.queue.push(small)));
    await byCount.clock.pass(100);
    await Promise.all(records);
    expect(byCount.batches).toEqual([25, 25]);
    const byBytes = queueOver(10, () => undefined);
    const pushed = [1, 2].map(() => byBytes.queue.push({ key: 'k', value: Buffer.alloc(8 * 1024) }));
    await byBytes.clock.pass(100);
    expect([await Promise.all(pushed), byBytes.batches]).toEqual([[0n, 1n], [2]]);
  });

  it('is drained without being told', async () => {
    const { queue, batches, clock } = queueOver(10, () => undefined);
    void queue.push(small);
    const drained = queue.drained();
    await settle();
    void queue.push(small);
    await clock.pass(100);
    await drained;
    expect(batches).toEqual([1, 1]);
  });

  it('puts at most 1,000 records and 4 MiB into one append', async () => {
    const { queue, batches, clock } = queueOver();
    const records = [...Array.from({ length: 2_100 }, () => small), ...Array.from({ length: 6 }, () => megabyte)];
    const sent = records.map((record) => queue.push(record));
    await clock.pass(100);
    await Promise.all(sent);
    expect(batches).toEqual([1_000, 1_000, 103, 3]);
  });

  it('refuses more than it may hold, by count and by bytes, and nothing of that is sent', async () => {
    const byCount = queueOver();
    const taken = Array.from({ length: 10_000 }, () => byCount.queue.push(small));
    await expect(byCount.queue.push(small)).rejects.toThrow(Overloaded);
    await byCount.clock.pass(1_000);
    expect(await taken.at(-1)).toBe(9_999n);
    const byBytes = queueOver();
    for (let n = 0; n < 31; n += 1) void byBytes.queue.push(megabyte);
    await expect(byBytes.queue.push(megabyte)).rejects.toThrow(Overloaded);
    await byBytes.clock.pass(1_000);
    await expect(Promise.race([byBytes.queue.push(megabyte), byBytes.clock.pass(100)])).resolves.toBe(31n);
  });

  it('refuses a record that no append can hold', async () => {
    const { queue } = queueOver();
    await expect(queue.push({ key: 'k', value: Buffer.alloc(4 * 1024 * 1024) })).rejects.toThrow(AppendTooLarge);
  });

  it('tells everybody of a batch that its fate is unknown, and goes on', async () => {
    const harness = memoryHarness(1);
    let appends = 0;
    const onAppend = () => ((appends += 1) === 1 ? ({ kind: 'lost-ack' } as const) : null);
    const queue = new RecordQueue(harness.process('p', { onAppend }), harness.topics.commands, 0);
    const [one, two] = await Promise.allSettled([queue.push(small), queue.push(small)]);
    expect([one, two]).toMatchObject([{ reason: expect.any(AppendUnknown) as unknown }, { status: 'rejected' }]);
    expect(await queue.push(small)).toBe(2n);
  });

  it('is drained when all that it took is through', async () => {
    const { queue, clock, batches } = queueOver();
    void queue.push(small);
    await settle();
    void queue.push(small);
    const drained = queue.drained();
    await clock.pass(20);
    await drained;
    expect(batches).toEqual([1, 1]);
  });
});
