import { formatApiKey } from '../../../src/auth/api-key.js';
import { ApiKeysRepository } from '../../../src/auth/api-keys.repository.js';
import { ensureInstallation } from '../../../src/auth/installation.js';
import { OrgsRepository } from '../../../src/auth/orgs.repository.js';
import { GrantCredits, GrantCreditsHandler, grantKeyOf } from '../../../src/commands/grant-credits.command.js';
import type { CommandGateway } from '../../../src/commands/gateway.js';
import { readConfig } from '../../../src/config/config.js';
import { Database } from '../../../src/db/database.js';
import type { OrgId } from '../../../src/domain/kernel/ids.js';
import { KafkaLog } from '../../../src/log/kafka/kafka-log.js';
import { topicsOf } from '../../../src/log/log.js';
import { systemClock } from '../../../src/observability/clock.js';
import { createLogger } from '../../../src/observability/logger.js';
import { loadMasterKey } from '../../../src/vault/master-key.js';
import { deriveMasterKeys } from '../../../src/vault/sealing.js';
import type { Connection } from '../../../cli/connection.js';
import { withGateway } from '../../../cli/gateway.js';
import type { Environment } from './environment.js';

/** An org and the key its clients use. */
export interface Tenant {
  readonly orgId: string;
  readonly apiKey: string;
}

const CREDITS_RICH = 10_000_000;
/** Two phones and a few emails: soon every other answer is a 402. */
const CREDITS_POOR = 80;

/** Orgs with credits and a key each; the last one is poor. Needs a running decider. */
export const createTenants = async (environment: Environment, count: number): Promise<readonly Tenant[]> => {
  const names = Array.from({ length: count }, (_, index) => `org_chaos_${index + 1}` as OrgId);
  return withStack(environment, (connection) =>
    withGateway(connection, async (gateway) => {
      const keys = await keysOf(connection);
      return Promise.all(
        names.map(async (orgId, index) => {
          await grant(gateway, orgId, index === count - 1 ? CREDITS_POOR : CREDITS_RICH);
          await new OrgsRepository(connection.database).create(orgId, orgId);
          const scopes = ['enrich', 'read', 'persons', 'credits'] as const;
          return { orgId, apiKey: formatApiKey(await keys.create({ orgId, mode: 'live', name: 'chaos', scopes })) };
        }),
      );
    }),
  );
};

const withStack = async <T>(environment: Environment, work: (connection: Connection) => Promise<T>): Promise<T> => {
  const config = readConfig(environment);
  const logger = createLogger('warn', 'chaos');
  const { databaseUrl: url, databaseSchema: schema, kafkaBrokers, topicPrefix } = config;
  const database = await Database.connect({ url, schema, durability: 'durable' });
  try {
    const log = await KafkaLog.connect({ brokers: [kafkaBrokers], clientId: 'chaos', logger });
    try {
      return await work({ config, topics: topicsOf(topicPrefix), database, log, logger });
    } finally {
      await log.close();
    }
  } finally {
    await database.close();
  }
};

const keysOf = async ({ config, database }: Connection): Promise<ApiKeysRepository> => {
  const { check } = deriveMasterKeys(await loadMasterKey(config.masterKey, config.dataDir));
  const { keySalt } = await ensureInstallation(database, { masterKeyCheck: check, unit: config.unit });
  return new ApiKeysRepository({ sql: database, keySalt, clock: systemClock });
};

const grant = async (gateway: CommandGateway, orgId: OrgId, amount: number): Promise<void> => {
  const credits = { amount, source: 'manual', expiresAt: null, referenceId: null } as const;
  const command = new GrantCredits({
    orgId,
    credits,
    key: grantKeyOf(orgId, 'chaos', credits),
    correlationId: 'chaos',
  });
  await new GrantCreditsHandler(gateway).execute(command);
};
