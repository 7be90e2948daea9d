import { randomUUID } from 'node:crypto';
import { ensureInstallation, type Installation } from './auth/installation.js';
import type { Config } from './config/config.js';
import { Database, type DatabaseOptions } from './db/database.js';
import { migrate } from './db/migrate.js';
import type { Clock } from './domain/kernel/clock.js';
import { KafkaLog } from './log/kafka/kafka-log.js';
import { topicsOf, type Log, type Topics } from './log/log.js';
import { provisionTopics, TopicMismatch } from './log/topics.js';
import { systemClock } from './observability/clock.js';
import { EventLoopSlices, type Slices } from './observability/event-loop-slices.js';
import { createLogger, type Logger } from './observability/logger.js';
import { LedgerKey } from './vault/ledger-key.js';
import { loadMasterKey } from './vault/master-key.js';
import { ServerUnreachable } from './startup-errors.js';
import { PostgresVault } from './vault/postgres-vault.js';

/** Everything a process holds open, whatever its roles. */
export interface Runtime {
  readonly config: Config;
  readonly clock: Clock;
  /** Shared by all that works on many items. */
  readonly slices: Slices;
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
  /** Signs statements about the credit ledger (API CR-11). */
  readonly ledgerKey: LedgerKey;
  close(): Promise<void>;
}

/**
 * Connects, migrates, provisions topics and checks that configuration and installation fit.
 * @throws InstallationMismatch, TopicMismatch, or what a server answers when it cannot be reached
 */
export const openRuntime = async (config: Config): Promise<Runtime> => {
  const logger = createLogger(config.logLevel);
  const slices = new EventLoopSlices(systemClock);
  const opened: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (const closeOne of opened.splice(0).reverse()) await closeOne();
  };
  try {
    const durable = await openDatabase({ config, slices, durability: 'durable' }, opened);
    await migrate(durable, {
      url: config.databaseUrl,
      schema: config.databaseSchema,
      onWaiting: () => logger.warn('another process migrates the tables: waiting for it'),
      onNewer: (migrations) => logger.warn({ migrations }, 'the tables are of a newer version: start that one'),
    });
    const relaxed = await openDatabase({ config, slices, durability: 'relaxed' }, opened);
    const log = await openLog(config, { logger, slices }, opened);
    const masterKey = await loadMasterKey(config.masterKey, config.dataDir);
    const vault = new PostgresVault({ database: durable, masterKey, clock: systemClock, slices });
    const installation = await ensureInstallation(durable, { masterKeyCheck: vault.check, unit: config.unit });
    const ledgerKey = await LedgerKey.open(durable, masterKey);
    const topics = topicsOf(config.topicPrefix);
    const instance = randomUUID();
    const base = { config, clock: systemClock, slices, logger, instance, topics, log };
    return { ...base, durable, relaxed, vault, installation, ledgerKey, close };
  } catch (error) {
    await close();
    throw error;
  }
};

type Opened = (() => Promise<void>)[];

const openDatabase = async (
  { config, slices, durability }: Pick<Runtime, 'config' | 'slices'> & Pick<DatabaseOptions, 'durability'>,
  opened: Opened,
): Promise<Database> => {
  const { databaseUrl: url, databaseSchema: schema, databaseConnections } = config;
  const options = { url, schema, durability, poolMax: Math.floor(databaseConnections / 2), slices };
  const database = await Database.connect(options).catch((error: unknown) => {
    throw new ServerUnreachable('PostgreSQL (DATABASE_URL)', error);
  });
  opened.push(() => database.close());
  return database;
};

const openLog = async (
  config: Config,
  { logger, slices }: Pick<Runtime, 'logger' | 'slices'>,
  opened: Opened,
): Promise<Log> => {
  const brokers = config.kafkaBrokers.split(',').map((broker) => broker.trim());
  const topics = topicsOf(config.topicPrefix);
  await provisionTopics({ brokers, topics, partitions: config.topicPartitions, logger }).catch((error: unknown) => {
    if (error instanceof TopicMismatch) throw error;
    throw new ServerUnreachable('Kafka (KAFKA_BROKERS)', error);
  });
  const log = await KafkaLog.connect({ brokers, clientId: 'tributary', logger, slices });
  opened.push(() => log.close());
  return log;
};
