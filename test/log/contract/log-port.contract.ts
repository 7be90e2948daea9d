import { AppendTooLarge, OffsetOutOfRange, type LogRecord } from '../../../src/log/log.js';
import type { PartitionUnderTest } from './harness.js';

const record = (text: string) => ({ key: `key-${text}`, value: Buffer.from(text) });
const textsOf = (records: readonly LogRecord[]) => records.map(({ value }) => value.toString());

export const logPortContract = (next: () => PartitionUnderTest): void => {
  describe('a log', () => {
    it('appends a batch at consecutive offsets and reads keys, bytes and broker time back', async () => {
      const { log, partition, harness } = next();
      const { commands } = harness.topics;
      expect(await log.append(commands, partition, [record('a'), record('b')])).toBe(0n);
      expect(await log.append(commands, partition, [record('ć')])).toBe(2n);
      const slice = await log.read(commands, partition, 0n);
      expect(slice).toMatchObject({ start: 0n, end: 3n, next: 3n });
      expect(slice.records.map(({ offset }) => offset)).toEqual([0n, 1n, 2n]);
      expect(slice.records.map(({ key }) => key)).toEqual(['key-a', 'key-b', 'key-ć']);
      expect(textsOf(slice.records)).toEqual(['a', 'b', 'ć']);
      const broken = slice.records.filter(({ timestampMs }) => Math.abs(timestampMs - harness.clock.now()) > 60_000);
      expect(broken).toEqual([]);
    });

    it('reads from the middle of a batch', async () => {
      const { log, partition, harness } = next();
      await log.append(harness.topics.commands, partition, [record('a'), record('b'), record('c')]);
      expect(textsOf((await log.read(harness.topics.commands, partition, 1n)).records)).toEqual(['b', 'c']);
    });

    it('reads nothing at its end and refuses every offset outside of what it holds', async () => {
      const { log, partition, harness } = next();
      const { commands } = harness.topics;
      await log.append(commands, partition, [record('a'), record('b'), record('c')]);
      await harness.deleteBefore(commands, partition, 1n);
      expect(await log.range(commands, partition)).toEqual({ start: 1n, end: 3n });
      expect(await log.read(commands, partition, 3n)).toMatchObject({ records: [], next: 3n });
      await expect(log.read(commands, partition, 4n)).rejects.toThrow(OffsetOutOfRange);
      await expect(log.read(commands, partition, 0n)).rejects.toThrow(OffsetOutOfRange);
    });

    it('refuses a batch above the size limit and writes nothing of it', async () => {
      const { log, partition, harness } = next();
      const large = { key: 'k', value: Buffer.alloc(5 * 1024 * 1024, 'x') };
      await expect(log.append(harness.topics.commands, partition, [large, large])).rejects.toThrow(AppendTooLarge);
      expect(await log.range(harness.topics.commands, partition)).toEqual({ start: 0n, end: 0n });
    });
  });

  describe('a subscription', () => {
    it('delivers in order from where it was told, then what comes later', async () => {
      const { log, partition, harness } = next();
      const { commands } = harness.topics;
      const seen: string[] = [];
      await log.append(commands, partition, [record('a'), record('b')]);
      const subscription = log.subscribe(commands, async (_, records) => void seen.push(...textsOf(records)), fail);
      subscription.add(partition, 1n);
      await harness.until(() => seen.length === 1);
      await log.append(commands, partition, [record('c')]);
      await log.append(commands, partition, [record('d')]);
      await harness.until(() => seen.length === 3);
      await subscription.close();
      expect(seen).toEqual(['b', 'c', 'd']);
    });

    it('calls the sink no more once a partition is removed, and takes it again at another place', async () => {
      const { log, partition, harness } = next();
      const { commands } = harness.topics;
      const seen: string[] = [];
      await log.append(commands, partition, [record('a')]);
      const subscription = log.subscribe(commands, async (_, records) => void seen.push(...textsOf(records)), fail);
      subscription.add(partition, 0n);
      await harness.until(() => seen.length === 1);
      await subscription.remove(partition);
      await log.append(commands, partition, [record('b')]);
      subscription.add(partition, 0n);
      await harness.until(() => seen.length === 3);
      await subscription.close();
      expect(seen).toEqual(['a', 'a', 'b']);
    });

    it('does not let a slow sink of one partition hold up another', async () => {
      const slow = next();
      const quick = next();
      const { commands } = slow.harness.topics;
      let finish: () => void = () => undefined;
      const finished = new Promise<void>((resolve) => (finish = resolve));
      const seen: number[] = [];
      await slow.log.append(commands, slow.partition, [record('a')]);
      await slow.log.append(commands, quick.partition, [record('b')]);
      const sink = async (partition: number) => {
        seen.push(partition);
        if (partition === slow.partition) await finished;
      };
      const subscription = slow.log.subscribe(commands, sink, fail);
      subscription.add(slow.partition, 0n);
      await slow.harness.until(() => seen.length === 1);
      subscription.add(quick.partition, 0n);
      await slow.harness.until(() => seen.length === 2);
      await slow.log.append(commands, quick.partition, [record('c')]);
      await slow.harness.until(() => seen.length === 3);
      expect(seen).toEqual([slow.partition, quick.partition, quick.partition]);
      finish();
      await subscription.close();
    });

    it('never jumps: an offset outside of the log ends it with an error', async () => {
      const { log, partition, harness } = next();
      const failures: unknown[] = [];
      const subscription = log.subscribe(
        harness.topics.commands,
        () => Promise.reject(new Error('nothing is there to deliver')),
        (failed, error) => failures.push([failed, error.name]),
      );
      subscription.add(partition, 7n);
      await harness.until(() => failures.length === 1);
      await subscription.close();
      expect(failures).toEqual([[partition, 'OffsetOutOfRange']]);
    });

    it('hands over what the sink threw and delivers nothing more of that partition', async () => {
      const { log, partition, harness } = next();
      const failures: unknown[] = [];
      await log.append(harness.topics.commands, partition, [record('a')]);
      const subscription = log.subscribe(
        harness.topics.commands,
        () => Promise.reject(new Error('planted')),
        (_, error) => failures.push(error.message),
      );
      subscription.add(partition, 0n);
      await harness.until(() => failures.length === 1);
      await log.append(harness.topics.commands, partition, [record('b')]);
      subscription.add(partition, 0n);
      await harness.until(() => failures.length === 2);
      await subscription.close();
      expect(failures).toEqual(['planted', 'planted']);
    });
  });
};

const fail = (partition: number, error: Error): never => {
  throw new Error(`partition ${partition}: ${error.message}`);
};
