import kafkajs from 'kafkajs';
import type { KafkaLog } from '../../../src/log/kafka/kafka-log.js';
import { fail, record, textsOf, TopicUnderTest, until } from './support.js';

const PARTITIONS = 8;
const MIB = 1024 * 1024;
/** Of the fetch loop; a partition that had to wait for it would wait half of it on average. */
const LONG_POLL_MS = 250;

jest.setTimeout(60_000);

describe('a subscription to a real broker', () => {
  let under: TopicUnderTest;
  let log: KafkaLog;
  beforeAll(async () => {
    under = await TopicUnderTest.create(PARTITIONS);
    log = await under.connect();
  });
  afterAll(() => under.close());

  it('does not let a new partition wait for the long poll on its way', async () => {
    const rounds = 12;
    await log.append(under.topic, 0, [record('idle')]);
    await log.append(under.topic, 1, [record('there')]);
    let delivered = 0;
    const subscription = log.subscribe(under.topic, async () => void (delivered += 1), fail);
    subscription.add(0, 1n);
    subscription.add(1, 0n);
    await until(() => delivered === 1);
    const startMs = performance.now();
    for (let round = 1; round <= rounds; round += 1) {
      await subscription.remove(1);
      await new Promise(setImmediate);
      subscription.add(1, 0n);
      await until(() => delivered === 1 + round);
    }
    await subscription.close();
    expect(performance.now() - startMs).toBeLessThan((rounds * LONG_POLL_MS) / 4);
  });

  it('delivers batches that are larger than what it asks for at a time', async () => {
    const large = { key: 'large', value: Buffer.alloc(6 * MIB, 'x') };
    await log.append(under.topic, 2, [large]);
    await log.append(under.topic, 2, [record('small')]);
    const sizes: number[] = [];
    const sink = async (_: number, records: readonly { value: Buffer }[]) =>
      void sizes.push(...records.map(({ value }) => value.length));
    const subscription = log.subscribe(under.topic, sink, fail);
    subscription.add(2, 0n);
    await until(() => sizes.length === 2);
    await subscription.close();
    expect(sizes).toEqual([6 * MIB, 5]);
    const slice = await log.read(under.topic, 2, 0n);
    expect(slice.records[0]?.value.length).toBe(6 * MIB);
  });

  it('hands over in one go what arrived while the sink was busy, and keeps no more than its buffer holds', async () => {
    const batchBytes = 100 * 1024;
    const batches = 50;
    const busyPartition = 3;
    const neighbour = 6;
    const sizes: number[] = [];
    let neighbours = 0;
    let finish: () => void = () => undefined;
    const busy = new Promise<void>((resolve) => (finish = resolve));
    const take = async (partition: number, records: readonly { value: Buffer }[]): Promise<void> => {
      if (partition === neighbour) neighbours += 1;
      else sizes.push(records.reduce((sum, { value }) => sum + value.length, 0));
      if (partition === busyPartition && sizes.length === 1) await busy;
    };
    const subscription = log.subscribe(under.topic, take, fail);
    subscription.add(neighbour, 0n);
    subscription.add(busyPartition, 0n);
    const batch = Array.from({ length: 10 }, () => ({ key: 'k', value: Buffer.alloc(batchBytes / 10, 'x') }));
    for (let count = 0; count < batches; count += 1) await log.append(under.topic, busyPartition, batch);
    await until(() => sizes.length === 1);
    // Every record of a neighbour takes a fetch, which would bring more for the busy one too.
    for (let round = 1; round <= 12; round += 1) {
      await log.append(under.topic, neighbour, [record('n')]);
      await until(() => neighbours === round);
    }
    finish();
    await until(() => sizes.reduce((sum, bytes) => sum + bytes, 0) === batches * batchBytes);
    await subscription.close();
    expect(sizes[1]).toBeGreaterThan(batchBytes);
    // The buffer, and one answer that came while there was still room.
    expect(Math.max(...sizes)).toBeLessThanOrEqual(1.5 * MIB + batchBytes);
  });

  it('passes records that cannot be seen: the markers of somebody else’s transactions', async () => {
    const kafka = new kafkajs.Kafka({ brokers: [...under.brokers], logLevel: kafkajs.logLevel.NOTHING });
    const producer = kafka.producer({ transactionalId: under.topic, createPartitioner: () => () => 4 });
    await producer.connect();
    for (const text of ['a', 'b']) {
      const transaction = await producer.transaction();
      await transaction.send({ topic: under.topic, messages: [{ key: 'k', value: text, partition: 4 }] });
      await transaction.commit();
    }
    await producer.disconnect();
    const seen: string[] = [];
    const subscription = log.subscribe(under.topic, async (_, records) => void seen.push(...textsOf(records)), fail);
    subscription.add(4, 0n);
    await until(() => seen.length === 2);
    await log.append(under.topic, 4, [record('c')]);
    await until(() => seen.length === 3);
    await subscription.close();
    expect(seen).toEqual(['a', 'b', 'c']);
    // Only the second marker is left before the new record.
    expect(await log.read(under.topic, 4, 3n)).toMatchObject({ start: 0n, next: 5n, end: 5n });
  });

  it('understands batches that another client has compressed with gzip', async () => {
    const kafka = new kafkajs.Kafka({ brokers: [...under.brokers], logLevel: kafkajs.logLevel.NOTHING });
    const producer = kafka.producer({ createPartitioner: () => () => 5 });
    await producer.connect();
    const messages = ['a', 'b', 'c'].map((value) => ({ key: `key-${value}`, value, headers: { trace: 'x' } }));
    await producer.send({ topic: under.topic, messages, compression: kafkajs.CompressionTypes.GZIP });
    await producer.disconnect();
    const { records } = await log.read(under.topic, 5, 1n);
    expect(records.map(({ offset, key, value }) => [offset, key, value.toString()])).toEqual([
      [1n, 'key-b', 'b'],
      [2n, 'key-c', 'c'],
    ]);
  });

  it('writes the content type as the one header that other clients see', async () => {
    const { end } = await log.range(under.topic, 6);
    await log.append(under.topic, 6, [{ ...record('a'), contentType: 'application/cloudevents+json' }, record('b')]);
    const kafka = new kafkajs.Kafka({ brokers: [...under.brokers], logLevel: kafkajs.logLevel.NOTHING });
    const consumer = kafka.consumer({ groupId: `${under.topic}-headers` });
    const headers: unknown[] = [];
    await consumer.connect();
    await consumer.subscribe({ topic: under.topic, fromBeginning: true });
    await consumer.run({
      eachMessage: async ({ partition, message }) => {
        if (partition === 6 && BigInt(message.offset) >= end)
          headers.push(Object.entries(message.headers ?? {}).map(([name, value]) => [name, String(value)]));
      },
    });
    await until(() => headers.length === 2);
    await consumer.disconnect();
    expect(headers).toEqual([[['content-type', 'application/cloudevents+json']], []]);
  });

  it('ends with OffsetOutOfRange when retention overtakes it, and names what is left', async () => {
    await log.append(under.topic, 7, [record('a'), record('b'), record('c')]);
    await under.admin.deleteRecords(under.topic, 7, 2n);
    const failures: unknown[] = [];
    const onFailed = (partition: number, error: Error): void => void failures.push([partition, error]);
    const subscription = log.subscribe(under.topic, async () => undefined, onFailed);
    subscription.add(7, 1n);
    await until(() => failures.length === 1);
    await subscription.close();
    expect(failures[0]).toMatchObject([7, { name: 'OffsetOutOfRange', requested: 1n, range: { start: 2n, end: 3n } }]);
  });
});
