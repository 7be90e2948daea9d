import { createPublicKey } from 'node:crypto';
import { Ajv } from 'ajv';

export const ROLES = ['http', 'decider', 'projections', 'providers'] as const;
export type Role = (typeof ROLES)[number];

/** Of one step, in the installation's unit: 1,000 people at many times this stay countable. */
const PRICE_MAX = 1_000_000;

/** Everything that may be set from outside, read once at start; names and defaults are the README's table. */
const SCHEMA = {
  type: 'object',
  properties: {
    ROLES: { type: 'string', default: ROLES.join(',') },
    PORT: { type: 'integer', minimum: 0, maximum: 65535, default: 3000 },
    HOST: { type: 'string', default: '127.0.0.1' },
    DATA_DIR: { type: 'string', default: '.tributary' },
    KAFKA_BROKERS: { type: 'string', default: '' },
    DATABASE_URL: { type: 'string', default: '' },
    DATABASE_SCHEMA: { type: 'string', pattern: '^[a-z][a-z0-9_]{0,40}$', default: 'public' },
    DATABASE_CONNECTIONS: { type: 'integer', minimum: 2, maximum: 200, default: 6 },
    TOPIC_PREFIX: { type: 'string', pattern: '^[a-zA-Z0-9._-]{0,60}$', default: 'tributary.' },
    TOPIC_PARTITIONS: { type: 'integer', minimum: 1, maximum: 1000, default: 8 },
    TRIBUTARY_MASTER_KEY: { type: 'string', default: '' },
    CREDIT_UNIT: { enum: ['credit', 'decicredit'], default: 'credit' },
    PRICE_EMAIL: { type: 'integer', minimum: 0, maximum: PRICE_MAX, default: 1 },
    PRICE_PHONE: { type: 'integer', minimum: 0, maximum: PRICE_MAX, default: 10 },
    PRICE_PERSONAL_EMAIL: { type: 'integer', minimum: 0, maximum: PRICE_MAX, default: 3 },
    PRICE_SIGNALS: { type: 'integer', minimum: 0, maximum: PRICE_MAX, default: 2 },
    ESTIMATE_HIT_RATE_PERCENT: { type: 'integer', minimum: 0, maximum: 100, default: 50 },
    CACHE_PRICE_PERCENT: { type: 'integer', minimum: 0, maximum: 100, default: 100 },
    ENRICHMENT_MAX_AGE_SECONDS: { type: 'integer', minimum: 1, maximum: 86400, default: 800 },
    LEDGER_CHECKPOINT_SECONDS: { type: 'integer', minimum: 1, maximum: 86400, default: 60 },
    COMMAND_WAIT_MS: { type: 'integer', minimum: 100, maximum: 60000, default: 10000 },
    SANDBOX_SPEED: { enum: ['real', 'instant'], default: 'real' },
    CLERK_JWT_KEY: { type: 'string', default: '' },
    CLERK_ISSUER: { type: 'string', default: '' },
    CLERK_AUTHORIZED_PARTIES: { type: 'string', default: '' },
    CLERK_COOKIE: { enum: ['0', '1'], default: '0' },
    AUTO_PROVISION_ORGS: { enum: ['0', '1'], default: '1' },
    SIGNUP_GRANT: { type: 'integer', minimum: 0, default: 0 },
    RATE_LIMIT_WRITES: { type: 'integer', minimum: 0, maximum: 10_000_000, default: 600 },
    RATE_LIMIT_READS: { type: 'integer', minimum: 0, maximum: 10_000_000, default: 1200 },
    RATE_LIMIT_POLLS: { type: 'integer', minimum: 0, maximum: 10_000_000, default: 1200 },
    RATE_LIMIT_KEY_PERCENT: { type: 'integer', minimum: 1, maximum: 100, default: 100 },
    CORS_ORIGINS: { type: 'string', default: '' },
    LOG_LEVEL: { enum: ['trace', 'debug', 'info', 'warn', 'error', 'silent'], default: 'info' },
  },
} as const;

export interface Config {
  readonly roles: readonly Role[];
  readonly port: number;
  readonly host: string;
  readonly dataDir: string;
  /** Comma-separated; empty = embedded. */
  readonly kafkaBrokers: string;
  readonly databaseUrl: string;
  readonly databaseSchema: string;
  /** At most so many, half of them for commits that survive power loss. */
  readonly databaseConnections: number;
  readonly topicPrefix: string;
  readonly topicPartitions: number;
  /** Base64 of 32 bytes; empty = created under the data folder (embedded only). */
  readonly masterKey: string;
  readonly unit: 'credit' | 'decicredit';
  readonly prices: {
    readonly enrichment_email: number;
    readonly enrichment_phone: number;
    readonly enrichment_personal_email: number;
    readonly enrichment_signals: number;
  };
  readonly cachePricePercent: number;
  /** How often a step finds something, as estimates take it (OP-23). */
  readonly estimateHitRatePercent: number;
  readonly enrichmentMaxAgeMs: number;
  readonly ledgerCheckpointMs: number;
  readonly commandWaitMs: number;
  readonly sandboxInstant: boolean;
  readonly clerk: {
    /** PEM with real line breaks; empty = Clerk tokens are refused. */
    readonly jwtKey: string;
    readonly issuer: string;
    readonly authorizedParties: readonly string[];
    readonly cookie: boolean;
  };
  readonly autoProvisionOrgs: boolean;
  readonly signupGrant: number;
  /** Requests per minute and org, over all processes; 0 = no limit. */
  readonly rateLimits: { readonly write: number; readonly read: number; readonly poll: number };
  /** Of an org's limits, what one key may use. */
  readonly rateLimitKeyPercent: number;
  readonly corsOrigins: readonly string[];
  readonly logLevel: string;
}

/** All that is wrong with the environment, one line each; the process must not start. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

const validate = new Ajv({ coerceTypes: true, useDefaults: true, allErrors: true }).compile(SCHEMA);

/** @throws ConfigError with one line per problem */
export const readConfig = (env: Readonly<Record<string, string | undefined>>): Config => {
  const known = Object.keys(SCHEMA.properties).filter((name) => env[name] !== undefined && env[name] !== '');
  const values: Record<string, unknown> = Object.fromEntries(known.map((name) => [name, env[name]]));
  if (!validate(values)) {
    const lines = (validate.errors ?? []).map(({ instancePath, message, params }) => {
      const allowed = (params as { allowedValues?: readonly string[] }).allowedValues;
      return `${instancePath.slice(1)} ${allowed === undefined ? message : `must be one of: ${allowed.join(', ')}`}`;
    });
    throw new ConfigError(lines.join('\n'));
  }
  return Object.freeze(configOf(values as unknown as EnvValues));
};

type Properties = typeof SCHEMA.properties;
type EnvValues = {
  readonly [Name in keyof Properties]: Properties[Name] extends { readonly type: 'integer' } ? number : string;
};

const configOf = (env: EnvValues): Config => ({
  roles: rolesOf(env.ROLES),
  port: env.PORT,
  host: env.HOST,
  dataDir: env.DATA_DIR,
  kafkaBrokers: env.KAFKA_BROKERS,
  databaseUrl: env.DATABASE_URL,
  databaseSchema: env.DATABASE_SCHEMA,
  databaseConnections: env.DATABASE_CONNECTIONS,
  topicPrefix: env.TOPIC_PREFIX,
  topicPartitions: env.TOPIC_PARTITIONS,
  masterKey: masterKeyOf(env.TRIBUTARY_MASTER_KEY),
  unit: env.CREDIT_UNIT as Config['unit'],
  prices: {
    enrichment_email: env.PRICE_EMAIL,
    enrichment_phone: env.PRICE_PHONE,
    enrichment_personal_email: env.PRICE_PERSONAL_EMAIL,
    enrichment_signals: env.PRICE_SIGNALS,
  },
  cachePricePercent: env.CACHE_PRICE_PERCENT,
  estimateHitRatePercent: env.ESTIMATE_HIT_RATE_PERCENT,
  enrichmentMaxAgeMs: env.ENRICHMENT_MAX_AGE_SECONDS * 1000,
  ledgerCheckpointMs: env.LEDGER_CHECKPOINT_SECONDS * 1000,
  commandWaitMs: env.COMMAND_WAIT_MS,
  sandboxInstant: env.SANDBOX_SPEED === 'instant',
  clerk: {
    // Environment files often hold the PEM on one line; Clerk's parser wants real line breaks.
    jwtKey: publicKeyOf(env.CLERK_JWT_KEY.replaceAll('\\n', '\n')),
    issuer: env.CLERK_ISSUER,
    authorizedParties: listOf(env.CLERK_AUTHORIZED_PARTIES),
    cookie: env.CLERK_COOKIE === '1',
  },
  autoProvisionOrgs: env.AUTO_PROVISION_ORGS === '1',
  signupGrant: env.SIGNUP_GRANT,
  rateLimits: { write: env.RATE_LIMIT_WRITES, read: env.RATE_LIMIT_READS, poll: env.RATE_LIMIT_POLLS },
  rateLimitKeyPercent: env.RATE_LIMIT_KEY_PERCENT,
  corsOrigins: listOf(env.CORS_ORIGINS),
  logLevel: env.LOG_LEVEL,
});

const listOf = (text: string): readonly string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');

const rolesOf = (text: string): readonly Role[] => {
  const names = listOf(text);
  const unknown = names.filter((name) => !ROLES.includes(name as Role));
  if (unknown.length > 0 || names.length === 0) {
    throw new ConfigError(`ROLES must name some of: ${ROLES.join(', ')}; got: ${text}`);
  }
  return names as Role[];
};

const publicKeyOf = (pem: string): string => {
  try {
    if (pem !== '') createPublicKey(pem);
    return pem;
  } catch {
    throw new ConfigError('CLERK_JWT_KEY must be a public key in PEM form');
  }
};

const masterKeyOf = (text: string): string => {
  if (text !== '' && Buffer.from(text, 'base64').length !== 32) {
    throw new ConfigError('TRIBUTARY_MASTER_KEY must be the base64 of 32 bytes');
  }
  return text;
};
