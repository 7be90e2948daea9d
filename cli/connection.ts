import { Database } from '../src/db/database.js';
import { readConfig, type Config } from '../src/config/config.js';
import { readStackFile } from '../src/config/stack-file.js';
import { KafkaLog } from '../src/log/kafka/kafka-log.js';
import { topicsOf, type Log, type Topics } from '../src/log/log.js';
import { createLogger, type Logger } from '../src/observability/logger.js';
import { Failure } from './failure.js';

/** What a command works on; opened for it, closed after it. */
export interface Connection {
  readonly config: Config;
  readonly topics: Topics;
  readonly database: Database;
  readonly log: Log;
  readonly logger: Logger;
}

const SERVERS = { kafkaBrokers: 'KAFKA_BROKERS', databaseUrl: 'DATABASE_URL' } as const;

/** Servers from the environment, else those of the service that runs on the data folder. */
export const configFor = async (
  env: NodeJS.ProcessEnv,
  needed: readonly (keyof typeof SERVERS)[] = ['kafkaBrokers', 'databaseUrl'],
): Promise<Config> => {
  const config = readConfig(env);
  if (needed.every((server) => config[server] !== '')) return config;
  const stack = await readStackFile(config.dataDir);
  if (stack === null) {
    const names = needed.map((server) => SERVERS[server]).join(' and ');
    throw new Failure(`nothing to connect to: start the service (npm start) in this folder, or set ${names}`);
  }
  return { ...config, ...stack };
};

export const withDatabase = async <T>(
  { databaseUrl: url, databaseSchema: schema }: Config,
  work: (database: Database) => Promise<T>,
): Promise<T> => {
  const database = await Database.connect({ url, schema, durability: 'durable' }).catch((error: Error) => {
    throw new Failure(`PostgreSQL cannot be reached (${error.message}): is the service running?`);
  });
  try {
    return await work(database);
  } finally {
    await database.close();
  }
};

export const withConnection = async <T>(work: (connection: Connection) => Promise<T>): Promise<T> =>
  withConnectionTo(await configFor(process.env), work);

export const withConnectionTo = <T>(config: Config, work: (connection: Connection) => Promise<T>): Promise<T> =>
  withDatabase(config, async (database) => {
    const logger = createLogger('warn', 'cli');
    const brokers = config.kafkaBrokers.split(',');
    const log = await KafkaLog.connect({ brokers, clientId: 'tributary-cli', logger }).catch((error: Error) => {
      throw new Failure(`Kafka cannot be reached (${error.message}): is the service running?`);
    });
    try {
      return await work({ config, topics: topicsOf(config.topicPrefix), database, log, logger });
    } finally {
      await log.close();
    }
  });
