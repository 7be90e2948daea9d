import { randomBytes } from 'node:crypto';
import type { Profile } from '../profile.js';
import type { Servers } from './servers.js';

export type Environment = Readonly<Record<string, string>>;

export const TOPIC_PREFIX = 'chaos.';
export const EVENTS_TOPIC = `${TOPIC_PREFIX}events`;

/** What all processes of a run share; nothing of the caller's own environment but the way to programs. */
export const environmentOf = (servers: Servers, { maxAgeSeconds, commandWaitMs }: Profile): Environment => ({
  PATH: process.env['PATH'] ?? '',
  KAFKA_BROKERS: servers.kafkaBrokers,
  DATABASE_URL: servers.databaseUrl,
  DATABASE_SCHEMA: 'chaos',
  TOPIC_PREFIX,
  TRIBUTARY_MASTER_KEY: randomBytes(32).toString('base64'),
  ENRICHMENT_MAX_AGE_SECONDS: String(maxAgeSeconds),
  RATE_LIMIT_WRITES: '0',
  RATE_LIMIT_READS: '0',
  RATE_LIMIT_POLLS: '0',
  COMMAND_WAIT_MS: String(commandWaitMs),
});
