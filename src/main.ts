import { ConfigError, readConfig, type Config } from './config/config.js';
import { removeStackFile, writeStackFile } from './config/stack-file.js';
import { demoText } from './demo/demo.js';
import { EmbeddedUnavailable, FolderInUse, startEmbedded, type EmbeddedStack } from './embedded/embedded.js';
import { printProgress } from './embedded/print-progress.js';
import { startService, type RunningService } from './service.js';

/** Starts the chosen roles, with servers of its own when none are named; ends them in order on SIGINT and SIGTERM. */
const EXIT_CONFIG = 1;
const EXIT_FATAL = 70;

let stack: EmbeddedStack | null = null;
let service: RunningService | null = null;
let stopping: Promise<void> | null = null;

const stop = (exitCode: number): Promise<void> => {
  stopping ??= (async () => {
    await service?.stop();
    if (stack !== null && service !== null) await removeStackFile(service.config.dataDir);
    await stack?.stop();
    process.exit(exitCode);
  })();
  return stopping;
};

/** Nothing is swallowed: who cannot go on says so and ends; the supervisor starts anew. */
const fatal = (error: unknown): void => {
  const known = [ConfigError, EmbeddedUnavailable, FolderInUse].some((kind) => error instanceof kind);
  console.error(known && error instanceof Error ? error.message : error);
  void stop(known ? EXIT_CONFIG : EXIT_FATAL);
};

const withServers = async (config: Config): Promise<Config> => {
  if (config.kafkaBrokers !== '' && config.databaseUrl !== '') return config;
  if (config.kafkaBrokers !== '' || config.databaseUrl !== '') {
    throw new ConfigError('KAFKA_BROKERS and DATABASE_URL go together: set both, or none for the embedded servers');
  }
  stack = await startEmbedded({ dataDir: config.dataDir, onProgress: printProgress(process.stderr) });
  const { kafkaBrokers, databaseUrl } = stack;
  await writeStackFile(config.dataDir, { kafkaBrokers, databaseUrl });
  return { ...config, kafkaBrokers, databaseUrl };
};

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void stop(0));
process.on('unhandledRejection', fatal);
process.on('uncaughtException', fatal);

try {
  const config = await withServers(readConfig(process.env));
  service = await startService(config, fatal);
  if (stack !== null) console.log(demoText(await service.demo()));
} catch (error) {
  fatal(error);
}
