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

/** Servers from the environment, else those of the service that runs on the data folder. */
export const configFor = async (env: NodeJS.ProcessEnv): Promise<Config> => {
  const config = readConfig(env);
  if (config.kafkaBrokers !== '' && config.databaseUrl !== '') return config;
  const stack = await readStackFile(config.dataDir);
  if (stack === null) {
    throw new Failure(
      `nothing to connect to: start the service (npm start) in this folder, or set KAFKA_BROKERS and DATABASE_URL`,
    );
  }
  return { ...config, ...stack };
};

export const withConnection = async <T>(work: (connection: Connection) => Promise<T>): Promise<T> =>
  withConnectionTo(await configFor(process.env), work);

export const withConnectionTo = async <T>(config: Config, work: (connection: Connection) => Promise<T>): Promise<T> => {
  const logger = createLogger('warn', 'cli');
  const options = { url: config.databaseUrl, schema: config.databaseSchema, durability: 'durable' } as const;
  const database = await Database.connect(options).catch((error: Error) => {
    throw new Failure(`PostgreSQL cannot be reached (${error.message}): is the service running?`);
  });
  try {
    const brokers = config.kafkaBrokers.split(',');
    const log = await KafkaLog.connect({ brokers, clientId: 'tributary-cli', logger }).catch((error: Error) => {
      throw new Failure(`Kafka cannot be reached (${error.message}): is the service running?`);
    });
    try {
      return await work({ config, topics: topicsOf(config.topicPrefix), database, log, logger });
    } finally {
      await log.close();
    }
  } finally {
    await database.close();
  }
};
