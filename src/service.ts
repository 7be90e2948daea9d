import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule, type AppParts } from './app.module.js';
import type { CommandGateway } from './commands/gateway.js';
import { RecordPerson, RecordPersonHandler } from './commands/record-person.command.js';
import type { Config } from './config/config.js';
import type { Decider } from './decider/decider.js';
import { ensureDemo, type Demo } from './demo/demo.js';
import type { OrgId } from './domain/kernel/ids.js';
import { createHttpApp } from './http/http-app.js';
import { VaultedIdentities } from './http/persons/vaulted-identities.js';
import { EventLogStrategy } from './log/event-log.strategy.js';
import { sleep, systemClock } from './observability/clock.js';
import { IdleMemory, processMemory } from './observability/idle-memory.js';
import { PROJECTION_CHECKPOINTS } from './projections/checkpoints.js';
import { Positions } from './projections/positions.js';
import { PROJECTIONS_GROUP } from './projections/projections.controller.js';
import { PROVIDER_CHECKPOINTS } from './providers/provider-checkpoints.js';
import { PROVIDERS_GROUP } from './providers/providers.controller.js';
import {
  accessParts,
  commandParts,
  deciderOf,
  dispatcherOf,
  projectorOf,
  type AccessParts,
  type OnFatal,
} from './parts.js';
import { Heartbeat } from './rates/heartbeat.js';
import { LiveProcesses } from './rates/live-processes.js';
import { RolesReadiness } from './readiness.js';
import type { SealedIdentity } from './vault/vault.js';
import { openRuntime, type Runtime } from './runtime.js';

export interface RunningService {
  readonly config: Config;
  /** `http://host:port` as it listens. */
  readonly url: string;
  readonly runtime: Runtime;
  readonly gateway: CommandGateway;
  readonly access: AccessParts;
  /** Resolves when every role has joined, claimed and caught up. */
  ready(): Promise<void>;
  /** The demo org of the embedded default. */
  demo(): Promise<Demo>;
  /** Ends in order: HTTP, followers, lookups, decider with its last snapshot, connections. */
  stop(): Promise<void>;
}

const READY_POLL_MS = 20;

/** Starts the roles of the configuration in this process; `onFatal` hears when one cannot go on. */
export const startService = async (config: Config, onFatal: OnFatal): Promise<RunningService> => {
  const runtime = await openRuntime(config);
  try {
    return await startRoles(runtime, onFatal);
  } catch (error) {
    await runtime.close();
    throw error;
  }
};

const startRoles = async (runtime: Runtime, onFatal: OnFatal): Promise<RunningService> => {
  const { config } = runtime;
  const has = (role: Config['roles'][number]): boolean => config.roles.includes(role);
  const commands = await commandParts(runtime, onFatal);
  const access = await accessParts(runtime, commands);
  const positions = new Positions({ sql: runtime.relaxed, clock: runtime.clock });
  const decider = has('decider') ? deciderOf(runtime, commands, onFatal) : null;
  const live = new LiveProcesses(runtime.relaxed, { processId: runtime.instance, roles: config.roles });
  const dispatcher = has('providers') ? dispatcherOf(runtime, commands, live) : null;
  const projector = has('projections') ? projectorOf(runtime, positions) : null;
  const strategy = projector !== null || dispatcher !== null ? strategyOf(runtime, onFatal) : null;
  const readiness = new RolesReadiness({ roles: config.roles, decider, strategy });
  const parts = { runtime, commands, access, live, positions, projector, dispatcher, readiness };
  const app = await createApp(parts, strategy);
  const heartbeat = await Heartbeat.start({ ...runtime, live });
  dispatcher?.start();
  await app.startAllMicroservices();
  await decider?.start();
  await app.listen(config.port, config.host);
  const idleMemory = idleMemoryOf(runtime);
  return {
    config,
    url: urlOf(await app.getUrl()),
    runtime,
    gateway: commands.gateway,
    access,
    ready: () => untilReady(readiness),
    demo: async () => {
      await untilReady(readiness);
      return ensureDemo(demoOptions(parts, urlOf(await app.getUrl())));
    },
    stop: () => stopAll(app, { parts, decider, heartbeat, idleMemory }),
  };
};

const createApp = async (parts: AppParts, strategy: EventLogStrategy | null): Promise<NestFastifyApplication> => {
  const { clock, slices, logger, config } = parts.runtime;
  const { metrics } = parts.commands;
  const options = { clock, slices, logger, metrics, corsOrigins: config.corsOrigins };
  const app = await createHttpApp(AppModule.of(parts), options);
  if (strategy !== null) app.connectMicroservice({ strategy });
  return app;
};

const strategyOf = (
  { log, topics, config, clock, slices, logger, relaxed }: Runtime,
  onFatal: OnFatal,
): EventLogStrategy =>
  new EventLogStrategy({
    log,
    topics,
    groupPrefix: config.topicPrefix,
    roles: {
      [PROJECTIONS_GROUP]: { checkpoints: PROJECTION_CHECKPOINTS.sourceIn(relaxed) },
      [PROVIDERS_GROUP]: { checkpoints: PROVIDER_CHECKPOINTS.sourceIn(relaxed) },
    },
    clock,
    slices,
    logger,
    onFatal,
  });

const idleMemoryOf = ({ clock, logger }: Runtime): IdleMemory | null => {
  const memory = processMemory();
  if (memory === null) return null;
  return new IdleMemory(memory, clock, (error) => logger.error({ err: error }, 'memory not given back'));
};

interface Started {
  readonly parts: AppParts;
  readonly decider: Decider | null;
  readonly heartbeat: Heartbeat;
  readonly idleMemory: IdleMemory | null;
}

const stopAll = async (app: NestFastifyApplication, started: Started): Promise<void> => {
  const { parts, decider, heartbeat, idleMemory } = started;
  const { runtime, commands, dispatcher } = parts;
  // New requests are refused first, then the events stop, then what is under way is finished.
  await endAll([
    () => app.close(),
    async () => dispatcher?.stop(),
    async () => decider?.stop(),
    () => heartbeat.stop(),
    async () => idleMemory?.stop(),
    () => commands.sender.close(),
    () => commands.replies.stop(),
    () => runtime.close(),
  ]);
};

/** One after the other, each also when one before it failed: a server may be gone. */
const endAll = async (parts: readonly (() => Promise<void>)[]): Promise<void> => {
  const failures: unknown[] = [];
  for (const part of parts) await part().catch((error: unknown) => failures.push(error));
  if (failures.length > 0) throw new AggregateError(failures, 'not everything ended in order');
};

const urlOf = (listening: string): string => listening.replace('[::1]', '127.0.0.1');

const untilReady = async (readiness: RolesReadiness): Promise<void> => {
  while (readiness.roles().some(({ ready }) => !ready)) await sleep(systemClock, READY_POLL_MS);
};

const demoOptions = ({ runtime, commands, access }: AppParts, url: string) => {
  const handler = new RecordPersonHandler(commands.gateway, new VaultedIdentities(runtime.vault));
  return {
    url,
    dataDir: runtime.config.dataDir,
    provisioning: access.provisioning,
    keys: access.keys,
    grantOnce: access.grantOnce,
    record: (orgId: OrgId, facts: SealedIdentity, correlationId: string) =>
      handler.execute(new RecordPerson({ orgId, personId: null, facts: { ...facts }, source: 'demo', correlationId })),
  };
};
