import type { Provider } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { formatApiKey, parseApiKey } from '../../src/auth/api-key.js';
import { AuthGuard, COOKIE_ALLOWED } from '../../src/auth/auth.guard.js';
import { Authenticator } from '../../src/auth/authenticator.js';
import type { Credential } from '../../src/auth/credentials.js';
import { SCOPES, type Principal, type Scope } from '../../src/auth/principal.js';
import { AnsweredPositions, ANSWERED_POSITIONS } from '../../src/commands/answered-positions.js';
import { COMMAND_GATEWAY } from '../../src/commands/gateway.js';
import { PARTITION_ENDS } from '../../src/commands/partition-ends.js';
import { HIT_RATE_PERCENT, TERMS_SOURCE, type EnrichmentTerms, type Position } from '../../src/commands/ports.js';
import { IDENTITY_VAULT } from '../../src/commands/record-person.command.js';
import type { OrgId } from '../../src/domain/kernel/ids.js';
import { createHttpApp } from '../../src/http/http-app.js';
import { HealthModule } from '../../src/http/health/health.module.js';
import { METRICS } from '../../src/http/health/metrics.controller.js';
import { READINESS_SOURCE, type RoleReadiness } from '../../src/http/health/readiness.js';
import { HttpModule } from '../../src/http/http.module.js';
import { VaultedIdentities } from '../../src/http/persons/vaulted-identities.js';
import * as ports from '../../src/http/ports.js';
import { ENDLESS_SLICE } from '../../src/observability/event-loop-slices.js';
import { createLogger } from '../../src/observability/logger.js';
import { createMetrics } from '../../src/observability/metrics.js';
import { RequestRates, type RequestRatesOptions } from '../../src/rates/request-rates.js';
import { MemoryVault } from '../../src/vault/memory-vault.js';
import { ManualClock } from '../commands/fakes.js';

export const ORG = 'org_1' as OrgId;
export const KEY = formatApiKey({ mode: 'live', id: 'a'.repeat(16), secret: 'b'.repeat(48) });

/** Anything a test wants to answer with, per command type or query. */
type Reply = (...call: never[]) => unknown;

export class World {
  readonly clock = new ManualClock();
  readonly vault = new MemoryVault();
  readonly answered = new AnsweredPositions(this.clock);
  commands: { type: string; orgId: string; data: Record<string, unknown>; options: unknown }[] = [];
  queries: string[] = [];
  waits: string[] = [];
  scopes!: ReadonlySet<Scope>;
  rates!: RequestRates;
  mode!: Principal['mode'];
  keyCaps!: Principal['keyCaps'];
  execute!: Reply;
  newest!: Reply;
  newestOfEach!: Reply;
  attempts!: Reply;
  person!: Reply;
  persons!: Reply;
  personsByKeys!: Reply;
  selected!: Reply;
  values!: Reply;
  settings!: Reply;
  balance!: Reply;
  balanceAt!: Reply;
  history!: Reply;
  entries!: Reply;
  lastEntry!: Reply;
  covering!: Reply;
  lastCovered!: Reply;
  heads!: Reply;
  ledgerKeys!: Reply;
  /** Orgs there are, besides the caller's. */
  orgs!: readonly string[];
  end!: () => Position | null | Promise<Position | null>;
  reached!: (position: Position, timeoutMs: number) => boolean;
  roles!: readonly RoleReadiness[];

  constructor() {
    this.reset();
  }

  /** An empty world, with everything caught up. */
  reset(): void {
    this.commands = [];
    this.queries = [];
    this.waits = [];
    this.scopes = new Set(SCOPES);
    this.limit();
    this.mode = 'live';
    this.keyCaps = null;
    this.execute = () => {
      throw new Error('no answer was prepared');
    };
    this.newest = this.person = () => null;
    this.persons = this.personsByKeys = this.selected = this.values = this.newestOfEach = this.attempts = () => [];
    this.balance = this.balanceAt = () => ({ balance: 0, reserved: 0, available: 0, nextExpiry: null });
    this.settings = () => ({ caps: { daily: null, monthly: null }, creditThreshold: null, version: 0 });
    this.history = this.entries = () => [];
    this.lastEntry = this.lastCovered = () => 0;
    this.heads = this.ledgerKeys = () => [];
    this.covering = () => null;
    this.orgs = [];
    this.end = () => null;
    this.reached = () => true;
    this.roles = [{ role: 'http', ready: true }];
  }

  /** Anew, with all buckets full. */
  limit(options: Partial<RequestRatesOptions> = {}): void {
    const limits = { write: 1_000_000, read: 1_000_000, poll: 1_000_000 };
    this.rates = new RequestRates({ limits, keyPercent: 100, liveProcesses: () => 1, clock: this.clock, ...options });
  }

  /** Knows one key. */
  private async principalOf(shown: Credential): Promise<Principal | null> {
    if (shown.kind !== 'key' || shown.key.id !== parseApiKey(KEY)?.id) return null;
    const { scopes, mode, keyCaps } = this;
    return { orgId: ORG, createdBy: 'user_1', scopes, credential: 'key', mode, keyCaps };
  }

  private async query(name: string, reply: Reply, args: readonly unknown[]): Promise<never> {
    this.queries.push(`${name} ${JSON.stringify(args)}`);
    return (await reply(...(args as never[]))) as never;
  }

  get gateway() {
    return {
      execute: async (type: string, orgId: string, data: Record<string, unknown>, options: unknown) => {
        this.commands.push({ type, orgId, data, options });
        return this.execute(...([type, data] as never[]));
      },
    };
  }

  get providers(): Provider[] {
    const use = (provide: symbol, useValue: unknown) => ({ provide, useValue });
    return [
      use(COMMAND_GATEWAY, this.gateway),
      use(TERMS_SOURCE, { termsFor: () => TERMS }),
      use(HIT_RATE_PERCENT, 50),
      use(ports.SETTINGS_READER, { of: (...args: unknown[]) => this.query('settings', this.settings, args) }),
      use(IDENTITY_VAULT, new VaultedIdentities(this.vault)),
      use(PARTITION_ENDS, { partitions: 8, endOf: async () => this.end() }),
      use(ANSWERED_POSITIONS, this.answered),
      use(ports.ENRICHMENT_READER, {
        newest: (...args: unknown[]) => this.query('newest', this.newest, args),
        newestOfEach: (...args: unknown[]) => this.query('newestOfEach', this.newestOfEach, args),
      }),
      use(ports.ATTEMPT_READER, { ofEnrichment: (...args: unknown[]) => this.query('attempts', this.attempts, args) }),
      use(ports.PERSON_READER, {
        byId: (...args: unknown[]) => this.query('person', this.person, args),
        byKeys: (...args: unknown[]) => this.query('byKeys', this.personsByKeys, args),
        list: (...args: unknown[]) => this.query('persons', this.persons, args),
        select: (...args: unknown[]) => this.query('select', this.selected, args),
      }),
      use(ports.VALUE_READER, { ofPerson: (...args: unknown[]) => this.query('values', this.values, args) }),
      use(ports.CREDIT_READER, {
        balance: (...args: unknown[]) => this.query('balance', this.balance, args),
        balanceAt: (...args: unknown[]) => this.query('balanceAt', this.balanceAt, args),
      }),
      use(ports.CREDIT_HISTORY_READER, { list: (...args: unknown[]) => this.query('history', this.history, args) }),
      use(ports.CREDIT_ENTRIES_READER, {
        list: (...args: unknown[]) => this.query('entries', this.entries, args),
        last: (...args: unknown[]) => this.query('lastEntry', this.lastEntry, args),
      }),
      use(ports.LEDGER_PROOF_READER, {
        covering: (...args: unknown[]) => this.query('covering', this.covering, args),
        lastCovered: (...args: unknown[]) => this.query('lastCovered', this.lastCovered, args),
        heads: (...args: unknown[]) => this.query('heads', this.heads, args),
      }),
      use(ports.LEDGER_KEYS, { all: (...args: unknown[]) => this.query('ledgerKeys', this.ledgerKeys, args) }),
      use(ports.ORG_DIRECTORY, { exists: async (org: string) => org === ORG || this.orgs.includes(org) }),
      use(ports.READ_POSITIONS, {
        waitFor: async (partition: number, offset: bigint, timeoutMs: number) => {
          this.waits.push(`${partition}:${offset} ${timeoutMs}`);
          return this.reached({ partition, offset }, timeoutMs);
        },
      }),
      use(ports.VAULT, this.vault),
      use(ports.CLOCK, this.clock),
      use(ports.SLICES, ENDLESS_SLICE),
      use(ports.UNIT, 'credit'),
      use(COOKIE_ALLOWED, false),
      {
        provide: RequestRates,
        useValue: { take: (...asked: Parameters<RequestRates['take']>) => this.rates.take(...asked) },
      },
      { provide: Authenticator, useValue: { authenticate: (shown: Credential) => this.principalOf(shown) } },
      { provide: APP_GUARD, useClass: AuthGuard },
    ];
  }
}

export const TERMS: EnrichmentTerms = {
  plan: { waterfallId: 'w', version: 1, steps: [], stop: 'first_verified', verifyWith: null, cachePrice: 1 },
  options: {},
  optionsHash: 'default',
  priceListVersion: 'v1',
  maxAgeMs: 800_000,
};

class RootModule {}

/** The HTTP role with fakes behind it, and no socket. */
export const startApp = async (
  options: { readonly corsOrigins?: readonly string[] } = {},
): Promise<{ app: NestFastifyApplication; world: World }> => {
  const world = new World();
  const metrics = createMetrics();
  const health = HealthModule.register([
    { provide: READINESS_SOURCE, useValue: { roles: () => world.roles } },
    { provide: METRICS, useValue: metrics },
  ]);
  const root = { module: RootModule, imports: [health, HttpModule.register(world.providers)] };
  const app = await createHttpApp(root, {
    clock: world.clock,
    logger: createLogger('silent'),
    metrics,
    corsOrigins: options.corsOrigins ?? [],
  });
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
  return { app, world };
};
