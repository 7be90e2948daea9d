import { randomBytes } from 'node:crypto';
import { KafkaAdmin } from '../../../src/log/kafka/kafka-admin.js';
import { topicsOf, type Topics } from '../../../src/log/log.js';
import { provisionTopics, TopicMismatch, type DurabilityClass } from '../../../src/log/topics.js';
import { testStack } from '../../support/stack.js';
import { logger } from './support.js';

const DAY_MS = 24 * 60 * 60_000;
const MAX_MESSAGE_BYTES = '8388608';

jest.setTimeout(60_000);

describe('provisioning topics on one broker', () => {
  let brokers: readonly string[];
  let admin: KafkaAdmin;
  let topics: Topics;
  beforeAll(async () => {
    brokers = testStack().kafkaBrokers.split(',');
    admin = await KafkaAdmin.connect({ brokers, clientId: 'topics', logger });
  });
  beforeEach(() => {
    topics = topicsOf(`topics-${randomBytes(6).toString('hex')}.`);
  });
  afterAll(() => admin.close());

  const provision = (partitions: number): Promise<DurabilityClass> =>
    provisionTopics({ brokers, topics, partitions, logger });
  const mismatch = async (partitions: number): Promise<readonly string[]> => {
    const error: unknown = await provision(partitions).catch((thrown: unknown) => thrown);
    if (!(error instanceof TopicMismatch)) throw new Error('it was not refused', { cause: error });
    return error.differences;
  };

  it('creates what is missing as DESIGN 2.1 says, flushes what must survive, and names the durability class', async () => {
    expect(await provision(3)).toBe('flushed single broker');
    const described = await admin.describeTopics(Object.values(topics));
    const facts = Object.entries(topics).map(([role, name]) => {
      const topic = described.get(name);
      const config = (key: string) => topic?.configs[key];
      return [
        role,
        topic?.partitions,
        config('retention.ms'),
        config('flush.messages') === '1',
        config('cleanup.policy'),
      ];
    });
    expect(facts).toEqual([
      ['commands', 3, String(7 * DAY_MS), true, 'delete'],
      ['events', 3, '-1', true, 'delete'],
      ['replies', 8, '600000', false, 'delete'],
      ['deadLetters', 1, String(30 * DAY_MS), false, 'delete'],
    ]);
    const sizes = [...described.values()].map(({ configs }) => configs['max.message.bytes']);
    expect(new Set(sizes)).toEqual(new Set([MAX_MESSAGE_BYTES]));
    expect(described.get(topics.commands)?.configs['message.timestamp.type']).toBe('LogAppendTime');
    expect(described.get(topics.events)?.configs['message.timestamp.type']).toBe('CreateTime');
  });

  it('accepts what it has created itself, also when two processes start at once', async () => {
    await expect(Promise.all([provision(2), provision(2)])).resolves.toEqual(Array(2).fill('flushed single broker'));
    await expect(provision(2)).resolves.toBe('flushed single broker');
  });

  it('refuses another number of partitions: orgs would move', async () => {
    await provision(2);
    expect(await mismatch(4)).toEqual([
      `${topics.commands}: the number of partitions is 2, not 4`,
      `${topics.events}: the number of partitions is 2, not 4`,
    ]);
  });

  it('names every difference of a topic made by hand, and creates nothing next to it', async () => {
    const configs = { 'cleanup.policy': 'compact', 'retention.ms': '1000', 'max.message.bytes': '1048588' };
    await admin.createTopic({ name: topics.events, partitions: 2, replicationFactor: 1, configs });
    expect((await mismatch(2)).toSorted()).toEqual([
      `${topics.events}: cleanup.policy is compact, not delete`,
      `${topics.events}: flush.messages is 9223372036854775807, not 1`,
      `${topics.events}: max.message.bytes is 1048588, not at least 8388608`,
      `${topics.events}: retention.ms is 1000, not -1`,
    ]);
    expect([...(await admin.describeTopics(Object.values(topics))).keys()]).toEqual([topics.events]);
  });

  it('lets an operator keep more than is required', async () => {
    await provision(2);
    await admin.deleteTopic(topics.deadLetters);
    const configs = { 'retention.ms': '-1', 'max.message.bytes': '16777216' };
    await admin.createTopic({ name: topics.deadLetters, partitions: 1, replicationFactor: 1, configs });
    await expect(provision(2)).resolves.toBe('flushed single broker');
  });
});
