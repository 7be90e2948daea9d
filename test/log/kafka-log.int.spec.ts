import { randomBytes } from 'node:crypto';
import { pino } from 'pino';
import { KafkaAdmin } from '../../src/log/kafka/kafka-admin.js';
import { KafkaLog } from '../../src/log/kafka/kafka-log.js';
import { topicsOf } from '../../src/log/log.js';
import { provisionTopics } from '../../src/log/topics.js';
import { systemClock } from '../../src/observability/clock.js';
import { testStack } from '../support/stack.js';
import type { LogHarness } from './contract/harness.js';
import { logContract } from './log.contract.js';

/** Rebalances with eviction are the slowest thing that a test waits for. */
const UNTIL_MS = 30_000;
const POLL_MS = 10;

jest.setTimeout(60_000);

const createHarness = async (partitions: number): Promise<LogHarness> => {
  const brokers = testStack().kafkaBrokers.split(',');
  const logger = pino({ level: process.env['TEST_LOG_LEVEL'] ?? 'silent' });
  const topics = topicsOf(`log-${randomBytes(4).toString('hex')}.`);
  const provision = () => provisionTopics({ brokers, topics, partitions, logger });
  await provision();
  const admin = await KafkaAdmin.connect({ brokers, clientId: 'contract', logger });
  const logs: KafkaLog[] = [];
  return {
    topics,
    partitions,
    clock: systemClock,
    connect: async (clientId) => {
      const log = await KafkaLog.connect({ brokers, clientId, logger });
      logs.push(log);
      return log;
    },
    recreate: async (topic) => {
      await admin.deleteTopic(topic);
      await waitUntil(async () => !(await admin.describeTopics([topic])).has(topic));
      await provision();
    },
    deleteBefore: (topic, partition, start) => admin.deleteRecords(topic, partition, start),
    until: waitUntil,
    close: async () => {
      await Promise.all(logs.map((log) => log.close()));
      await admin.close();
    },
  };
};

const waitUntil = async (condition: () => boolean | Promise<boolean>): Promise<void> => {
  const deadlineMs = Date.now() + UNTIL_MS;
  while (!(await condition())) {
    if (Date.now() > deadlineMs) throw new Error('it never came true');
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
};

describe('the log on a real broker', () => logContract(createHarness));
