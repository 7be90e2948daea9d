import type { Command } from 'commander';
import { formatApiKey, type KeyMode } from '../src/auth/api-key.js';
import { ApiKeysRepository } from '../src/auth/api-keys.repository.js';
import { ensureInstallation } from '../src/auth/installation.js';
import { OrgsRepository } from '../src/auth/orgs.repository.js';
import { SCOPES, type Scope } from '../src/auth/principal.js';
import type { OrgId } from '../src/domain/kernel/ids.js';
import { systemClock } from '../src/observability/clock.js';
import { loadMasterKey } from '../src/vault/master-key.js';
import { deriveMasterKeys } from '../src/vault/sealing.js';
import { amountFrom } from './amount.js';
import { withConnection, type Connection } from './connection.js';
import { Failure } from './failure.js';
import { print, table } from './output.js';

const DEFAULT_SCOPES = 'enrich,read,persons,credits,webhooks';

export const addKeysCommand = (program: Command): void => {
  const keys = program.command('keys').description('API keys of an org');
  keys
    .command('create')
    .description('create a key; its secret is shown once')
    .requiredOption('--org <id>', 'the org')
    .option('--mode <mode>', 'live or test (test keys see only the sandbox)', 'live')
    .option('--name <name>', 'what it is for', 'cli')
    .option('--scopes <list>', `some of ${SCOPES.join(',')}`, DEFAULT_SCOPES)
    .option('--expires <instant>', 'when it ends, ISO 8601')
    .option('--daily-cap <amount>', "what it may reserve per UTC day, in the installation's unit")
    .option('--total-cap <amount>', 'what it may reserve in all its life')
    .option('--json', 'output for programs', false)
    .action((options: CreateOptions) => withConnection((connection) => create(connection, options)));
  keys
    .command('list')
    .requiredOption('--org <id>', 'the org')
    .option('--json', 'output for programs', false)
    .action((options: { org: string; json: boolean }) => withConnection((connection) => list(connection, options)));
  keys
    .command('revoke')
    .requiredOption('--org <id>', 'the org')
    .requiredOption('--id <id>', 'the key')
    .action((options: { org: string; id: string }) => withConnection((connection) => revoke(connection, options)));
};

interface CreateOptions {
  readonly org: string;
  readonly mode: string;
  readonly name: string;
  readonly scopes: string;
  readonly expires?: string;
  readonly dailyCap?: string;
  readonly totalCap?: string;
  readonly json: boolean;
}

const repositoryOf = async ({ config, database }: Connection): Promise<ApiKeysRepository> => {
  const masterKey = await loadMasterKey(config.masterKey, config.dataDir);
  const check = deriveMasterKeys(masterKey).check;
  const { keySalt } = await ensureInstallation(database, { masterKeyCheck: check, unit: config.unit });
  return new ApiKeysRepository({ sql: database, keySalt, clock: systemClock });
};

const create = async (connection: Connection, options: CreateOptions): Promise<void> => {
  const scopes = options.scopes.split(',').map((scope) => scope.trim());
  const unknown = scopes.filter((scope) => !SCOPES.includes(scope as Scope));
  if (unknown.length > 0) throw new Failure(`unknown scopes: ${unknown.join(', ')}; known: ${SCOPES.join(', ')}`);
  if (options.mode !== 'live' && options.mode !== 'test') throw new Failure('--mode must be live or test');
  const expiresAt = options.expires === undefined ? undefined : new Date(options.expires);
  if (expiresAt !== undefined && Number.isNaN(expiresAt.getTime())) throw new Failure('--expires must be ISO 8601');
  const orgId = options.org as OrgId;
  if ((await new OrgsRepository(connection.database).find(orgId)) === null) throw new Failure(`no org ${orgId}`);
  const key = await (
    await repositoryOf(connection)
  ).create({
    orgId,
    mode: options.mode satisfies KeyMode,
    name: options.name,
    scopes: scopes as Scope[],
    ...(expiresAt !== undefined && { expiresAt }),
    ...capsOf(options),
  });
  const apiKey = formatApiKey(key);
  print(options.json, { id: key.id, apiKey, accessKey: key.id, secretKey: key.secret }, [
    `key     ${apiKey}`,
    `pair    X-Access-Key: ${key.id}`,
    `        X-Secret-Key: ${key.secret}`,
    'The secret is shown only now.',
  ]);
};

const capsOf = ({ dailyCap, totalCap }: CreateOptions): { dailyCap?: number; totalCap?: number } => ({
  ...(dailyCap !== undefined && { dailyCap: amountFrom('--daily-cap', dailyCap) }),
  ...(totalCap !== undefined && { totalCap: amountFrom('--total-cap', totalCap) }),
});

const list = async (connection: Connection, options: { org: string; json: boolean }): Promise<void> => {
  const keys = await (await repositoryOf(connection)).list(options.org as OrgId);
  const rows = keys.map((key) => [
    key.id,
    key.mode,
    stateOf(key),
    String(key.dailyCap ?? '-'),
    String(key.totalCap ?? '-'),
    key.scopes.join(','),
    key.name,
  ]);
  print(options.json, keys, table([['id', 'mode', 'state', 'daily cap', 'total cap', 'scopes', 'name'], ...rows]));
};

const stateOf = (key: { readonly revokedAt: Date | null; readonly expiresAt: Date | null }): string => {
  if (key.revokedAt !== null) return `revoked ${key.revokedAt.toISOString()}`;
  return key.expiresAt === null ? 'active' : `until ${key.expiresAt.toISOString()}`;
};

const revoke = async (connection: Connection, options: { org: string; id: string }): Promise<void> => {
  const revoked = await (await repositoryOf(connection)).revoke(options.org as OrgId, options.id);
  if (!revoked) throw new Failure(`org ${options.org} has no active key ${options.id}`);
  console.log(`revoked ${options.id}; every process refuses it within 5 seconds`);
};
