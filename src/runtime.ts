import { randomUUID } from 'node:crypto';
import { ensureInstallation, type Installation } from './auth/installation.js';
import type { Config } from './config/config.js';
import { Database } from './db/database.js';
import type { Clock } from './domain/kernel/clock.js';
import { KafkaLog } from './log/kafka/kafka-log.js';
import { topicsOf, type Log, type Topics } from './log/log.js';
import { provisionTopics } from './log/topics.js';
import { systemClock } from './observability/clock.js';
import { createLogger, type Logger } from './observability/logger.js';
import { loadMasterKey } from './vault/master-key.js';
import { PostgresVault } from './vault/postgres-vault.js';

/** Everything a process holds open, whatever its roles. */
export interface Runtime {
  readonly config: Config;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Names this process in claims, leases and replies; new at every start. */
  readonly instance: string;
  readonly topics: Topics;
  readonly log: Log;
  /** Commits survive power loss: vault, snapshots, attempts, configuration. */
  readonly durable: Database;
  /** Rows that are lost together with their checkpoint and read again: read models. */
  readonly relaxed: Database;
  readonly vault: PostgresVault;
  readonly installation: Installation;
  close(): Promise<void>;
}

/**
 * Connects, migrates, provisions topics and checks that configuration and installation fit.
 * @throws InstallationMismatch, TopicMismatch, or what a server answers when it cannot be reached
 */
export const openRuntime = async (config: Config): Promise<Runtime> => {
  const logger = createLogger(config.logLevel);
  const opened: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (const closeOne of opened.splice(0).reverse()) await closeOne();
  };
  try {
    const durable = await openDatabase(config, 'durable', opened);
    await durable.migrate(config.databaseSchema);
    const relaxed = await openDatabase(config, 'relaxed', opened);
    const log = await openLog(config, logger, opened);
    const masterKey = await loadMasterKey(config.masterKey, config.dataDir);
    const vault = new PostgresVault({ database: durable, masterKey, clock: systemClock });
    const installation = await ensureInstallation(durable, { masterKeyCheck: vault.check, unit: config.unit });
    const topics = topicsOf(config.topicPrefix);
    const instance = randomUUID();
    return { config, clock: systemClock, logger, instance, topics, log, durable, relaxed, vault, installation, close };
  } catch (error) {
    await close();
    throw error;
  }
};

type Opened = (() => Promise<void>)[];

const openDatabase = async (config: Config, durability: 'durable' | 'relaxed', opened: Opened): Promise<Database> => {
  const database = await Database.connect({ url: config.databaseUrl, schema: config.databaseSchema, durability });
  opened.push(() => database.close());
  return database;
};

const openLog = async (config: Config, logger: Logger, opened: Opened): Promise<Log> => {
  const brokers = config.kafkaBrokers.split(',').map((broker) => broker.trim());
  const topics = topicsOf(config.topicPrefix);
  await provisionTopics({ brokers, topics, partitions: config.topicPartitions, logger });
  const log = await KafkaLog.connect({ brokers, clientId: 'tributary', logger });
  opened.push(() => log.close());
  return log;
};
