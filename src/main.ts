import { ConfigError, readConfig, type Config } from './config/config.js';
import { removeStackFile, writeStackFile } from './config/stack-file.js';
import { demoText } from './demo/demo.js';
import { startEmbedded, type EmbeddedStack } from './embedded/embedded.js';
import { printProgress } from './embedded/print-progress.js';
import { startService, type RunningService } from './service.js';
import { mendableMessage } from './startup-errors.js';

/** Starts the chosen roles, with servers of its own when none are named; ends them in order on SIGINT and SIGTERM. */
const EXIT_CONFIG = 1;
const EXIT_FATAL = 70;
/** An end in order takes less, unless it waits for a server that is gone. */
const STOP_MS_MAX = 25_000;
const NODE_MAJOR_MIN = 22;

let stack: EmbeddedStack | null = null;
let service: RunningService | null = null;
let dataDir = '';
let isStopping = false;

const end = async (): Promise<void> => {
  try {
    await service?.stop();
  } finally {
    if (stack !== null) await removeStackFile(dataDir);
    await stack?.stop();
  }
};

/** However the end goes, the process goes: half a service that still holds partitions is worse than none. */
const stop = (exitCode: number): void => {
  if (isStopping) return;
  isStopping = true;
  const giveUp = (error: unknown): never => {
    console.error(error);
    process.exit(EXIT_FATAL);
  };
  setTimeout(giveUp, STOP_MS_MAX, `not ended after ${STOP_MS_MAX} ms`);
  end().then(() => process.exit(exitCode), giveUp);
};

/** Nothing is swallowed: who cannot go on says so and ends; the supervisor starts anew. */
const fatal = (error: unknown): void => {
  const message = mendableMessage(error);
  console.error(message ?? error);
  stop(message === null ? EXIT_FATAL : EXIT_CONFIG);
};

/** npm runs the pinned Node 24; started by hand, an older one would fail in odd places. */
const requireNode = (): void => {
  const major = Number(process.versions.node.split('.')[0]);
  if (major < NODE_MAJOR_MIN)
    throw new ConfigError(`Node ${NODE_MAJOR_MIN} or newer is needed, this is ${major}: use npm start`);
};

const withServers = async (config: Config): Promise<Config> => {
  if (config.kafkaBrokers !== '' && config.databaseUrl !== '') return config;
  if (config.kafkaBrokers !== '' || config.databaseUrl !== '') {
    throw new ConfigError('KAFKA_BROKERS and DATABASE_URL go together: set both, or none for the embedded servers');
  }
  const progress = printProgress(process.stderr);
  dataDir = config.dataDir;
  stack = await startEmbedded({ dataDir, onProgress: progress.step });
  progress.end();
  const { kafkaBrokers, databaseUrl } = stack;
  await writeStackFile(dataDir, { kafkaBrokers, databaseUrl });
  return { ...config, kafkaBrokers, databaseUrl };
};

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop(0));
process.on('unhandledRejection', fatal);
process.on('uncaughtException', fatal);

try {
  requireNode();
  const config = await withServers(readConfig(process.env));
  service = await startService(config, fatal);
  if (stack !== null) console.log(demoText(await service.demo(), dataDir));
} catch (error) {
  fatal(error);
}
