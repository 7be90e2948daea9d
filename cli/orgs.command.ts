import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import { OrgProvisioning } from '../src/auth/org-provisioning.js';
import { OrgsRepository } from '../src/auth/orgs.repository.js';
import { GrantCredits, GrantCreditsHandler, grantKeyOf } from '../src/commands/grant-credits.command.js';
import type { CommandGateway } from '../src/commands/gateway.js';
import { Refused, Unavailable } from '../src/commands/outcomes.js';
import type { OrgId } from '../src/domain/kernel/ids.js';
import { instantOf, type Instant } from '../src/domain/kernel/instant.js';
import { amountFrom } from './amount.js';
import { withConnection } from './connection.js';
import { Failure } from './failure.js';
import { withGateway } from './gateway.js';
import { print } from './output.js';

const ORG_ID = /^[A-Za-z0-9_-]{1,64}$/;

export const addOrgsCommand = (program: Command): void => {
  const orgs = program.command('orgs').description('orgs and their credits');
  orgs
    .command('create')
    .description('create an org with its sandbox (10,000 credits there)')
    .requiredOption('--id <id>', 'letters, digits, _ and -')
    .option('--name <name>', 'shown to people')
    .action((options: { id: string; name?: string }) => create(options));
  orgs
    .command('grant')
    .description('give credits to an org; the same --key never grants twice')
    .requiredOption('--org <id>', 'the org (or <org>~test)')
    .requiredOption('--amount <n>', "in the installation's unit")
    .option('--key <key>', 'idempotency key', randomUUID())
    .option('--source <source>', 'purchase, subscription, bonus or manual', 'manual')
    .option('--expires <instant>', 'when what is left of it ends, ISO 8601')
    .option('--reference <id>', 'an id of yours')
    .option('--json', 'output for programs', false)
    .action((options: GrantOptions) => grant(options));
};

interface GrantOptions {
  readonly org: string;
  readonly amount: string;
  readonly key: string;
  readonly source: string;
  readonly expires?: string;
  readonly reference?: string;
  readonly json: boolean;
}

const create = async ({ id, name }: { id: string; name?: string }): Promise<void> => {
  if (!ORG_ID.test(id)) throw new Failure('--id takes 1 to 64 letters, digits, _ and -');
  await withConnection((connection) =>
    withGateway(connection, async (gateway) => {
      const provisioning = new OrgProvisioning({
        orgs: new OrgsRepository(connection.database),
        signupGrant: connection.config.signupGrant,
        grantOnce: async (orgId, key, amount) => {
          await grantCredits(gateway, { orgId, key, amount, source: 'bonus' });
        },
      });
      await provisioning.ensure(id as OrgId, name ?? id);
    }),
  );
  console.log(`org ${id} and its sandbox ${id}~test are ready`);
};

const SOURCES = ['purchase', 'subscription', 'bonus', 'manual'] as const;
type Source = (typeof SOURCES)[number];

const grant = async (options: GrantOptions): Promise<void> => {
  const amount = amountFrom('--amount', options.amount, 1);
  if (!SOURCES.includes(options.source as Source)) throw new Failure(`--source must be one of ${SOURCES.join(', ')}`);
  const source = options.source as Source;
  const expiresAt = options.expires === undefined ? null : instantFrom(options.expires);
  const orgId = options.org as OrgId;
  await withConnection(async (connection) => {
    if ((await new OrgsRepository(connection.database).find(orgId)) === null) throw new Failure(`no org ${orgId}`);
    const result = await withGateway(connection, (gateway) =>
      grantCredits(gateway, {
        orgId,
        key: options.key,
        amount,
        source,
        expiresAt,
        reference: options.reference ?? null,
      }),
    );
    print(options.json, result, [
      `granted ${amount} to ${orgId}: balance ${result.balance}, available ${result.available}`,
    ]);
  });
};

const instantFrom = (text: string): Instant => {
  const epochMs = Date.parse(text);
  if (Number.isNaN(epochMs)) throw new Failure('--expires must be ISO 8601');
  return instantOf(epochMs);
};

interface GrantRequest {
  readonly orgId: OrgId;
  readonly key: string;
  readonly amount: number;
  readonly source: Source;
  readonly expiresAt?: Instant | null;
  readonly reference?: string | null;
}

const grantCredits = async (gateway: CommandGateway, request: GrantRequest) => {
  const { orgId, key, amount, source, expiresAt = null, reference = null } = request;
  const credits = { amount, source, expiresAt, referenceId: reference };
  const command = new GrantCredits({
    orgId,
    credits,
    key: grantKeyOf(orgId, key, credits),
    correlationId: randomUUID(),
  });
  try {
    return (await new GrantCreditsHandler(gateway).execute(command)).result;
  } catch (error) {
    if (error instanceof Refused) throw new Failure(`refused: ${error.refusal.code} ${error.refusal.reason}`);
    if (error instanceof Unavailable) throw new Failure('no answer: is the service (with the decider role) running?');
    throw error;
  }
};
