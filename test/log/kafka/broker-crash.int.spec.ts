import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startKafka } from '../../../src/embedded/kafka.js';
import type { EmbeddedServer } from '../../../src/embedded/server.js';
import { AppendUnknown, type LogRecord } from '../../../src/log/log.js';
import { fail, record, TopicUnderTest, until } from './support.js';

const PARTITIONS = 4;
/** A broker that was killed is not let in again before its old session has run out (9 s by default). */
const QUICK_RETURN = { 'broker.session.timeout.ms': '2000', 'broker.heartbeat.interval.ms': '500' };
const APPENDS_BETWEEN = 200;

jest.setTimeout(120_000);

/** What the broker has acknowledged, by partition and offset. */
type Written = readonly Map<bigint, string>[];
const emptyWritten = (): Written => Array.from({ length: PARTITIONS }, () => new Map<bigint, string>());

describe('a broker that is killed and comes back', () => {
  let dataDir: string;
  let broker: EmbeddedServer;
  let under: TopicUnderTest;
  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'tributary-crash-'));
    broker = await startKafka({ dataDir, extraKafka: QUICK_RETURN });
    under = await TopicUnderTest.create(PARTITIONS, [`127.0.0.1:${broker.port}`]);
  });
  afterAll(async () => {
    await under.close();
    await broker.stop();
    await rm(dataDir, { recursive: true });
  });

  const crash = async (): Promise<void> => {
    const { port } = broker;
    await broker.kill();
    broker = await startKafka({ dataDir, kafkaPort: port, extraKafka: QUICK_RETURN });
  };

  it('loses no acknowledged record, reorders none, and nobody has to connect again by hand', async () => {
    const log = await under.connect();
    const written = emptyWritten();
    const seen = emptyWritten();
    const generations: (readonly number[])[] = [];
    const errors: unknown[] = [];
    let isStopping = false;

    const see = async (partition: number, records: readonly LogRecord[]): Promise<void> => {
      for (const { offset, value } of records) {
        if (offset !== BigInt(seen[partition]?.size ?? -1)) fail(partition, new Error(`${offset} is out of order`));
        seen[partition]?.set(offset, value.toString());
      }
    };
    const write = async (partition: number): Promise<void> => {
      for (let count = 0; !isStopping; count += 1) {
        const text = `${partition}-${count}`;
        await log.append(under.topic, partition, [record(text)]).then(
          (base) => written[partition]?.set(base, text),
          (error: unknown) => errors.push(error),
        );
      }
    };
    const acknowledged = (): number => written.reduce((sum, { size }) => sum + size, 0);

    const subscription = log.subscribe(under.topic, see, fail);
    for (let partition = 0; partition < PARTITIONS; partition += 1) subscription.add(partition, 0n);
    const membership = await log.join({
      group: under.topic,
      topic: under.topic,
      held: () => generations.at(-1) ?? [],
      onAssigned: (partitions) => void generations.push(partitions),
      onCrashed: (error) => void errors.push(error),
    });
    const writers = Array.from({ length: PARTITIONS }, (_, partition) => write(partition));
    for (let crashes = 0; crashes < 2; crashes += 1) {
      const before = acknowledged();
      await until(() => acknowledged() > before + APPENDS_BETWEEN);
      await crash();
      await membership.heartbeat();
    }
    const before = acknowledged();
    await until(() => acknowledged() > before + APPENDS_BETWEEN);
    isStopping = true;
    await Promise.all(writers);

    expect(errors.filter((error) => !(error instanceof AppendUnknown))).toEqual([]);
    expect(errors.length).toBeGreaterThan(0);
    for (const [partition, records] of written.entries()) {
      const { end } = await log.range(under.topic, partition);
      await until(() => BigInt(seen[partition]?.size ?? 0) >= end);
      const missing = [...records].filter(([offset, text]) => seen[partition]?.get(offset) !== text);
      expect(missing).toEqual([]);
    }
    expect(generations.at(-1)).toHaveLength(PARTITIONS);
  });
});
