import { randomBytes } from 'node:crypto';
import { pino } from 'pino';
import { KafkaAdmin } from '../../../src/log/kafka/kafka-admin.js';
import { KafkaLog } from '../../../src/log/kafka/kafka-log.js';
import type { LogRecord } from '../../../src/log/log.js';
import { testStack } from '../../support/stack.js';

const UNTIL_MS = 30_000;
const POLL_MS = 5;

export const logger = pino({ level: process.env['TEST_LOG_LEVEL'] ?? 'silent' });
export const record = (text: string) => ({ key: `key-${text}`, value: Buffer.from(text) });
export const textsOf = (records: readonly LogRecord[]): readonly string[] =>
  records.map(({ value }) => value.toString());

/** Waits for real time: the broker under test has no other. @throws when it never comes true */
export const until = async (condition: () => boolean): Promise<void> => {
  const deadlineMs = Date.now() + UNTIL_MS;
  while (!condition()) {
    if (Date.now() > deadlineMs) throw new Error('it never came true');
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
};

export const fail = (partition: number, error: Error): never => {
  throw new Error(`partition ${partition}: ${error.message}`);
};

/** A topic of its own on the shared broker, and clients that end with it. */
export class TopicUnderTest {
  readonly topic = `kafka-log-${randomBytes(6).toString('hex')}`;
  private readonly logs: KafkaLog[] = [];

  private constructor(
    readonly brokers: readonly string[],
    readonly admin: KafkaAdmin,
  ) {}

  static async create(
    partitions: number,
    brokers = testStack().kafkaBrokers.split(','),
    settings: Readonly<Record<string, string>> = {},
  ): Promise<TopicUnderTest> {
    const admin = await KafkaAdmin.connect({ brokers, clientId: 'test', logger });
    const created = new TopicUnderTest(brokers, admin);
    const configs = { 'max.message.bytes': String(8 * 1024 * 1024), ...settings };
    await admin.createTopic({ name: created.topic, partitions, replicationFactor: 1, configs });
    return created;
  }

  async connect(): Promise<KafkaLog> {
    const log = await KafkaLog.connect({ brokers: this.brokers, clientId: 'test', logger });
    this.logs.push(log);
    return log;
  }

  async close(): Promise<void> {
    await Promise.all(this.logs.map((log) => log.close()));
    await this.admin.close();
  }
}
