import kafkajs, { type Admin, type LogEntry } from 'kafkajs';
import type { Logger } from '../../observability/logger.js';
import { pause } from './backoff.js';
import { patchKafkajs } from './kafkajs-patch.js';
import { Metadata } from './metadata.js';
import { BrokerRefused } from './protocol.js';

const REQUEST_MS = 15_000;
/** 20 s in all. */
const LEADER_CHECKS = 200;
const LEADER_CHECK_MS = 100;
/** About 15 s in all: a broker that starts together with us is up by then. */
const RETRY = { initialRetryTime: 100, maxRetryTime: 2_000, retries: 12 } as const;

export interface TopicSpec {
  readonly name: string;
  readonly partitions: number;
  readonly replicationFactor: number;
  readonly configs: Readonly<Record<string, string>>;
}

/** What a topic is now; `configs` holds the values in force, whoever has set them. */
export type TopicDescription = TopicSpec;

export interface AdminOptions {
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly logger: Logger;
}

/** Creates, describes and deletes topics: for start-up, `tributary repair` and tests. Not for the hot path. */
export class KafkaAdmin {
  private constructor(
    private readonly admin: Admin,
    private readonly metadata: Metadata,
  ) {}

  static async connect({ brokers, clientId, logger }: AdminOptions): Promise<KafkaAdmin> {
    patchKafkajs();
    const kafka = new kafkajs.Kafka({
      brokers: [...brokers],
      clientId,
      requestTimeout: REQUEST_MS,
      retry: RETRY,
      logLevel: kafkajs.logLevel.ERROR,
      logCreator: () => (entry: LogEntry) => logger.trace({ kafkajs: entry.namespace }, entry.log.message),
    });
    const admin = kafka.admin();
    await admin.connect();
    return new KafkaAdmin(admin, new Metadata(brokers, { clientId, logger, requestTimeoutMs: REQUEST_MS }));
  }

  /** Brokers that are up now. */
  async brokerCount(): Promise<number> {
    return (await this.admin.describeCluster()).brokers.length;
  }

  /** Of those topics that exist. */
  async describeTopics(names: readonly string[]): Promise<ReadonlyMap<string, TopicDescription>> {
    const known = [];
    for (const name of names) if (await this.exists(name)) known.push(name);
    const configs = await this.configsOf(known);
    return new Map(
      known.map((name) => {
        const partitions = this.metadata.partitions(name);
        const replicationFactor = Math.min(...partitions.map(({ replicas }) => replicas.length));
        return [name, { name, partitions: partitions.length, replicationFactor, configs: configs.get(name) ?? {} }];
      }),
    );
  }

  /** Resolves when all its partitions have leaders; a topic that exists is left as it is. */
  async createTopic({ name, partitions, replicationFactor, configs }: TopicSpec): Promise<void> {
    const configEntries = Object.entries(configs).map(([config, value]) => ({ name: config, value }));
    const topic = { topic: name, numPartitions: partitions, replicationFactor, configEntries };
    // kafkajs' own wait for the leaders fails when the broker has not heard of the topic yet.
    await this.admin.createTopics({ topics: [topic], waitForLeaders: false });
    for (let check = 1; !(await this.isLed(name)); check += 1) {
      if (check >= LEADER_CHECKS) throw new Error(`topic ${name} has partitions without a leader`);
      await pause(LEADER_CHECK_MS);
    }
  }

  async deleteTopic(name: string): Promise<void> {
    await this.admin.deleteTopics({ topics: [name] });
  }

  /** Makes `before` the first offset that can be read. */
  async deleteRecords(topic: string, partition: number, before: bigint): Promise<void> {
    await this.admin.fetchTopicOffsets(topic); // Loads the leaders that deleteTopicRecords looks up.
    await this.admin.deleteTopicRecords({ topic, partitions: [{ partition, offset: before.toString() }] });
  }

  async close(): Promise<void> {
    this.metadata.close();
    await this.admin.disconnect();
  }

  private async exists(name: string): Promise<boolean> {
    try {
      await this.metadata.refresh([name]);
      return true;
    } catch (error) {
      if (error instanceof BrokerRefused) return false;
      throw error;
    }
  }

  private async isLed(name: string): Promise<boolean> {
    return (await this.exists(name)) && this.metadata.partitions(name).every(({ leader }) => leader >= 0);
  }

  private async configsOf(names: readonly string[]): Promise<ReadonlyMap<string, Readonly<Record<string, string>>>> {
    if (names.length === 0) return new Map();
    const type = kafkajs.ConfigResourceTypes.TOPIC;
    const described = await this.admin.describeConfigs({
      includeSynonyms: false,
      resources: names.map((name) => ({ type, name })),
    });
    return new Map(
      described.resources.map(({ resourceName, configEntries }) => [
        resourceName,
        Object.fromEntries(configEntries.map(({ configName, configValue }) => [configName, configValue])),
      ]),
    );
  }
}
