import { hash, randomUUID } from 'node:crypto';
import { ApiKeysRepository } from './auth/api-keys.repository.js';
import { Authenticator } from './auth/authenticator.js';
import type { ClerkSessions } from './auth/clerk-sessions.js';
import { OrgProvisioning, type GrantOnce } from './auth/org-provisioning.js';
import { OrgsRepository } from './auth/orgs.repository.js';
import { AnsweredPositions } from './commands/answered-positions.js';
import { CommandGateway } from './commands/gateway.js';
import { GrantCredits, GrantCreditsHandler, grantKeyOf } from './commands/grant-credits.command.js';
import type { TermsSource } from './commands/ports.js';
import { Decider } from './decider/decider.js';
import { PostgresLedgerHeads } from './decider/ledger-heads.js';
import { PostgresSnapshotStore } from './decider/postgres-snapshot-store.js';
import { Beat } from './log/beat.js';
import { CommandSender } from './log/command-sender.js';
import { partitionOf } from './log/partition.js';
import { Replies } from './log/replies.js';
import type { LiveProcesses } from './rates/live-processes.js';
import { RequestRates } from './rates/request-rates.js';
import { createMetrics, type Metrics } from './observability/metrics.js';
import { Positions } from './projections/positions.js';
import { Projector } from './projections/projector.js';
import { PostgresKnownContacts } from './providers/contact-cache.js';
import { planFor, priceListVersionOf, type WaterfallField } from './providers/default-waterfalls.js';
import { Dispatcher } from './providers/dispatcher.js';
import { PostgresAttemptQueue } from './providers/postgres-attempt-queue.js';
import { registryOf } from './providers/registry.js';
import { VaultIdentityOpener } from './vault/identity-opener.js';
import type { Runtime } from './runtime.js';

export type OnFatal = (error: Error) => void;

/** The way from this process to the deciders, whatever its roles. */
export interface CommandParts {
  readonly sender: CommandSender;
  readonly replies: Replies;
  readonly answered: AnsweredPositions;
  readonly gateway: CommandGateway;
  readonly metrics: Metrics;
  /** Of commands and events each. */
  readonly partitions: number;
  /** Partition of an org, on commands and events alike. */
  readonly partitionOf: (orgId: string) => number;
}

export const commandParts = async (runtime: Runtime, onFatal: OnFatal): Promise<CommandParts> => {
  const { log, topics, clock, slices, logger, instance, config } = runtime;
  const sender = new CommandSender({ log, topics, beat: new Beat(clock) });
  const replies = new Replies({ log, topics, instance, logger, onFatal });
  await replies.start();
  const partitions = await log.partitions(topics.commands);
  const answered = new AnsweredPositions(clock);
  const metrics = createMetrics();
  const gateway = new CommandGateway({
    sender,
    replies,
    clock,
    slices,
    logger,
    answered,
    waitMs: config.commandWaitMs,
    partitionOf: (orgId) => partitionOf(orgId, partitions),
    onWaited: (type, outcome, ms) => metrics.commandSeconds.observe({ type, outcome }, ms / 1000),
  });
  return {
    sender,
    replies,
    answered,
    gateway,
    metrics,
    partitions,
    partitionOf: (org) => partitionOf(org as never, partitions),
  };
};

export const deciderOf = (runtime: Runtime, { sender, replies }: CommandParts, onFatal: OnFatal): Decider => {
  const { log, topics, clock, slices, logger, instance, config, durable, ledgerKey } = runtime;
  return new Decider({
    log,
    topics,
    snapshots: new PostgresSnapshotStore(durable, slices),
    replies,
    sender,
    clock,
    slices,
    logger,
    sha256: (text) => hash('sha256', text),
    unit: config.unit,
    processId: instance,
    onFatal,
    notary: {
      heads: new PostgresLedgerHeads(durable),
      signer: ledgerKey,
      everyMs: config.ledgerCheckpointMs,
    },
  });
};

export const projectorOf = ({ relaxed, vault, slices }: Runtime, positions: Positions): Projector =>
  new Projector({ database: relaxed, positions, slices, identities: new VaultIdentityOpener(vault) });

export const dispatcherOf = (runtime: Runtime, { sender }: CommandParts, live: LiveProcesses): Dispatcher => {
  const { durable, relaxed, vault, clock, slices, logger, instance, config } = runtime;
  return new Dispatcher({
    queue: new PostgresAttemptQueue({ durable, relaxed }, instance),
    knownContacts: new PostgresKnownContacts(relaxed),
    vault,
    sender,
    registry: registryOf(config, clock),
    liveProcesses: () => live.count('providers'),
    clock,
    slices,
    logger,
    random: Math.random,
  });
};

export interface AccessParts {
  readonly keys: ApiKeysRepository;
  readonly provisioning: OrgProvisioning;
  readonly grantOnce: GrantOnce;
  readonly authenticator: Authenticator;
}

export const accessParts = async (runtime: Runtime, { gateway }: CommandParts): Promise<AccessParts> => {
  const { config, clock, durable, installation } = runtime;
  const keys = new ApiKeysRepository({ sql: durable, keySalt: installation.keySalt, clock });
  const grantOnce = grantOnceThrough(gateway);
  const orgs = new OrgsRepository(durable);
  const provisioning = new OrgProvisioning({ orgs, grantOnce, signupGrant: config.signupGrant });
  const sessions = await clerkSessionsOf(runtime);
  const { autoProvisionOrgs: autoProvision } = config;
  return {
    keys,
    provisioning,
    grantOnce,
    authenticator: new Authenticator({ keys, sessions, orgs: provisioning, autoProvision, clock }),
  };
};

/** Clerk's library takes 20 MB of memory: it is loaded only where its tokens are accepted. */
const clerkSessionsOf = async ({ config, clock }: Runtime): Promise<ClerkSessions | null> => {
  if (config.clerk.jwtKey === '') return null;
  const { ClerkSessions } = await import('./auth/clerk-sessions.js');
  return new ClerkSessions(config.clerk, clock);
};

const grantOnceThrough = (gateway: CommandGateway): GrantOnce => {
  const handler = new GrantCreditsHandler(gateway);
  return async (orgId, idempotencyKey, amount) => {
    const credits = { amount, source: 'bonus', expiresAt: null, referenceId: null } as const;
    await handler.execute(
      new GrantCredits({
        orgId,
        credits,
        key: grantKeyOf(orgId, idempotencyKey, credits),
        correlationId: randomUUID(),
      }),
    );
  };
};

/** How often orgs may ask this process. */
export const requestRatesOf = ({ config, clock }: Runtime, live: LiveProcesses): RequestRates =>
  new RequestRates({
    limits: config.rateLimits,
    keyPercent: config.rateLimitKeyPercent,
    liveProcesses: () => live.count('http'),
    clock,
  });

/** What new enrichments are accepted under: the default waterfalls and the configured price list. */
export const termsOf = ({ config }: Runtime): TermsSource => {
  const priceListVersion = priceListVersionOf(config);
  const plans = { emails: planFor('emails', config), phones: planFor('phones', config) };
  return {
    termsFor: (_, field) => ({
      plan: plans[field as WaterfallField],
      options: {},
      optionsHash: 'default',
      priceListVersion,
      maxAgeMs: config.enrichmentMaxAgeMs,
    }),
  };
};
