import type { KafkaLog } from '../../../src/log/kafka/kafka-log.js';
import type { LogRecord } from '../../../src/log/log.js';
import { fail, record, TopicUnderTest, until } from './support.js';
import { Random } from '../../simulation/world/random.js';
import { testStack } from '../../support/stack.js';

const PARTITIONS = 3;
const BATCHES = 400;

jest.setTimeout(60_000);

const seed = process.env['OWN_WRITES_SEED'] ?? String(Date.now() % 1_000_000);

describe.each(['CreateTime', 'LogAppendTime'])(`a reader in the process that writes (%s, seed ${seed})`, (time) => {
  let under: TopicUnderTest;
  let ours: KafkaLog;
  let others: KafkaLog;
  beforeAll(async () => {
    under = await TopicUnderTest.create(PARTITIONS, testStack().kafkaBrokers.split(','), {
      'message.timestamp.type': time,
    });
    ours = await under.connect();
    others = await under.connect();
  });
  afterAll(() => under.close());

  const written = async (partition: number): Promise<readonly LogRecord[]> => {
    const records: LogRecord[] = [];
    for (let next = 0n; ;) {
      const slice = await others.read(under.topic, partition, next);
      if (slice.records.length === 0) return records;
      records.push(...slice.records);
      next = slice.next;
    }
  };

  it('gets every record once, in order and as the broker holds it, whoever has written it', async () => {
    const got = { ahead: new Map<number, LogRecord[]>(), background: new Map<number, LogRecord[]>() };
    const follow = (into: Map<number, LogRecord[]>, background: boolean) => {
      const sink = async (partition: number, records: readonly LogRecord[]) => {
        into.set(partition, [...(into.get(partition) ?? []), ...records]);
      };
      const subscription = ours.subscribe(under.topic, sink, fail, { background });
      for (let partition = 0; partition < PARTITIONS; partition += 1) subscription.add(partition, 0n);
      return subscription;
    };
    const subscriptions = [follow(got.ahead, false), follow(got.background, true)];
    let counter = 0;
    await Promise.all(
      Array.from({ length: PARTITIONS }, async (_, partition) => {
        const random = new Random(`${seed}/${partition}`);
        for (let batch = 0; batch < BATCHES; batch += 1) {
          const records = Array.from({ length: random.between(1, 4) }, () => record(String((counter += 1))));
          const byUs = ours.append(under.topic, partition, records);
          if (random.chance(0.12)) await others.append(under.topic, partition, [record(`other ${(counter += 1)}`)]);
          await byUs;
        }
      }),
    );
    for (let partition = 0; partition < PARTITIONS; partition += 1) {
      const expected = (await written(partition)).map(shown);
      for (const into of [got.ahead, got.background]) {
        await until(() => (into.get(partition)?.length ?? 0) >= expected.length);
        expect(into.get(partition)?.map(shown)).toEqual(expected);
      }
    }
    await Promise.all(subscriptions.map((subscription) => subscription.close()));
  });

  it.each([
    ['in the foreground', false],
    ['in the background', true],
  ])('is handed what its own process has written, %s', async (_, background) => {
    const { end } = await ours.range(under.topic, 0);
    const got: LogRecord[] = [];
    const sink = async (__: number, records: readonly LogRecord[]) => void got.push(...records);
    const subscription = ours.subscribe(under.topic, sink, fail, { background });
    subscription.add(0, end);
    const mine = Array.from({ length: 20 }, (__, index) => record(`mine ${index}`));
    for (const one of mine) await ours.append(under.topic, 0, [one]);
    await others.append(under.topic, 0, [record('another process takes over')]);
    await until(() => got.length === mine.length + 1);
    await subscription.close();
    // A poll that was on its way may have brought some.
    expect(got.filter(({ value }) => mine.some((one) => one.value === value)).length).toBeGreaterThan(0);
    expect(got.at(-1)?.value.toString()).toBe('another process takes over');
  });
});

const shown = ({ offset, timestampMs, key, value }: LogRecord): string =>
  `${offset} ${timestampMs} ${key} ${value.toString()}`;
