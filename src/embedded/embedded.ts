import { claimFolder } from './claim.js';
import { startKafka } from './kafka.js';
import type { EmbeddedOptions } from './options.js';
import { startPostgres } from './postgres.js';
import type { EmbeddedServer } from './server.js';

export { FolderInUse, endStale } from './claim.js';
export type { EmbeddedOptions } from './options.js';
export type { EmbeddedServer } from './server.js';
export { EmbeddedUnavailable } from './unavailable.js';
export { startKafka, startPostgres };

/** A real Kafka broker and a real PostgreSQL, both on loopback, owned by this process. */
export interface EmbeddedStack {
  /** `host:port`, as in KAFKA_BROKERS. */
  readonly kafkaBrokers: string;
  /** As in DATABASE_URL, password included. */
  readonly databaseUrl: string;
  readonly kafka: EmbeddedServer;
  readonly postgres: EmbeddedServer;
  /** Ends both gracefully, within about 10 s. */
  stop(): Promise<void>;
}

/**
 * Starts both side by side on `dataDir`; resolves when both serve. If one fails, the other is stopped again.
 * Until then the folder is claimed as a whole, or of two processes each could win one server and end with nothing; from
 * then on the claims of the servers hold others off.
 * @throws EmbeddedUnavailable, FolderInUse, Error
 */
export const startEmbedded = async (options: EmbeddedOptions): Promise<EmbeddedStack> => {
  const claim = await claimFolder(options.dataDir);
  try {
    const { kafka, postgres } = await startBoth(options);
    return {
      kafkaBrokers: `127.0.0.1:${kafka.port}`,
      databaseUrl: postgres.databaseUrl,
      kafka,
      postgres,
      stop: () => stopAll([kafka, postgres]),
    };
  } finally {
    claim.release();
  }
};

const startBoth = async (options: EmbeddedOptions) => {
  const [kafka, postgres] = await Promise.allSettled([startKafka(options), startPostgres(options)]);
  if (kafka.status === 'fulfilled' && postgres.status === 'fulfilled') {
    return { kafka: kafka.value, postgres: postgres.value };
  }
  await stopAll([kafka, postgres].flatMap((one) => (one.status === 'fulfilled' ? [one.value] : [])));
  throw kafka.status === 'rejected' ? kafka.reason : (postgres as PromiseRejectedResult).reason;
};

const stopAll = async (servers: readonly EmbeddedServer[]): Promise<void> => {
  await Promise.all(servers.map((server) => server.stop()));
};
