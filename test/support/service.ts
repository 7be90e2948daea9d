import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatApiKey, type KeyMode } from '../../src/auth/api-key.js';
import type { Scope } from '../../src/auth/principal.js';
import { readConfig } from '../../src/config/config.js';
import type { OrgId } from '../../src/domain/kernel/ids.js';
import { startService as start, type RunningService } from '../../src/service.js';
import { CLERK_ISSUER, CLERK_JWT_KEY, CLERK_PARTY } from './clerk-tokens.js';
import { Contract } from './contract/contract.js';
import type { Document } from './contract/document.js';
import { testStack } from './stack.js';

/** The whole service on the shared stack, with topics, schema and an org of its own. */
export interface TestService {
  readonly url: string;
  readonly orgId: OrgId;
  /** A live key of the org with all scopes but operator's. */
  readonly apiKey: string;
  readonly running: RunningService;
  readonly topicPrefix: string;
  readonly schema: string;
  keyFor(orgId: string, options?: KeyOptions): Promise<string>;
  /** Creates an org (with its sandbox) and grants it credits. */
  newOrg(id: string, credits?: number): Promise<OrgId>;
  grant(amount: number, orgId?: string): Promise<void>;
  /** Records a person over HTTP and answers its id. */
  createPerson(facts?: Readonly<Record<string, unknown>>): Promise<string>;
  /**
   * The same service, called by a new org: what the other specs of a file left pending moves a balance whenever it
   * ends, so whoever compares balances does it in an org that nobody else uses.
   */
  newTenant(credits: number): Promise<Tenant>;
  call(method: string, path: string, options?: CallOptions): Promise<Called>;
  stop(): Promise<void>;
}

/** An org and its key on a service that others use as well. */
export type Tenant = Omit<TestService, 'stop'>;

export interface KeyOptions {
  readonly mode?: KeyMode;
  readonly scopes?: readonly Scope[];
  readonly expiresAt?: Date;
  readonly dailyCap?: number;
  readonly totalCap?: number;
}

export interface CallOptions {
  readonly key?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export interface Called {
  readonly status: number;
  readonly headers: Headers;
  // The body is whatever the service sent; specs say what they expect of it.
  readonly body: any;
}

const ALL_SCOPES: readonly Scope[] = ['enrich', 'read', 'persons', 'credits', 'webhooks', 'admin'];

export interface StartOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly credits?: number;
  /** Starts on the topics and schema of another service: a second process of the same installation. */
  readonly beside?: TestService;
}

export const startService = async ({ env = {}, credits = 1_000, beside }: StartOptions = {}): Promise<TestService> => {
  const dataDir = await mkdtemp(join(tmpdir(), 'tributary-service-'));
  const settings = { ...baseEnv(dataDir), ...env, ...(beside === undefined ? {} : sharedEnv(beside)) };
  const fatal: Error[] = [];
  const running = await start(readConfig(settings), (error) => fatal.push(error));
  await running.ready();
  const service = serviceOf(running, { dataDir, fatal });
  if (beside === undefined) await service.newOrg(service.orgId, credits);
  const apiKey = await service.keyFor(service.orgId);
  return Object.assign(service, { apiKey });
};

const baseEnv = (dataDir: string): Record<string, string> => ({
  KAFKA_BROKERS: testStack().kafkaBrokers,
  DATABASE_URL: testStack().databaseUrl,
  TOPIC_PREFIX: `t${randomBytes(4).toString('hex')}.`,
  DATABASE_SCHEMA: `t${randomBytes(6).toString('hex')}`,
  TOPIC_PARTITIONS: '4',
  TRIBUTARY_MASTER_KEY: randomBytes(32).toString('base64'),
  DATA_DIR: dataDir,
  PORT: '0',
  LOG_LEVEL: 'error',
  SANDBOX_SPEED: 'instant',
  // Counted and shown on every answer, and never reached.
  RATE_LIMIT_WRITES: '1000000',
  RATE_LIMIT_READS: '1000000',
  RATE_LIMIT_POLLS: '1000000',
  CLERK_JWT_KEY,
  CLERK_ISSUER,
  CLERK_AUTHORIZED_PARTIES: CLERK_PARTY,
});

const sharedEnv = ({ running }: TestService): Record<string, string> => ({
  TOPIC_PREFIX: running.config.topicPrefix,
  DATABASE_SCHEMA: running.config.databaseSchema,
  TRIBUTARY_MASTER_KEY: running.config.masterKey,
});

const serviceOf = (running: RunningService, own: { dataDir: string; fatal: Error[] }): TestService => {
  const { config, access, url } = running;
  const orgId = 'acme' as OrgId;
  let documented: Promise<Contract> | null = null;
  const service: TestService = {
    url,
    orgId,
    apiKey: '',
    running,
    topicPrefix: config.topicPrefix,
    schema: config.databaseSchema,
    keyFor: async (org, { mode = 'live', scopes = ALL_SCOPES, ...rest } = {}) => {
      const key = { orgId: org as OrgId, mode, name: 'test', scopes, ...rest };
      return formatApiKey(await access.keys.create(key));
    },
    newOrg: async (id, credits = 0) => {
      await access.provisioning.ensure(id as OrgId, id);
      if (credits > 0) await access.grantOnce(id as OrgId, 'first', credits);
      return id as OrgId;
    },
    grant: (amount, org = orgId) => access.grantOnce(org as OrgId, randomUUID(), amount),
    createPerson: (facts = {}) => createPerson(service, facts),
    newTenant: async (credits) => {
      const org = await service.newOrg(`org-${randomUUID()}`, credits);
      const apiKey = await service.keyFor(org);
      const tenant: Tenant = {
        ...service,
        orgId: org,
        apiKey,
        grant: (amount, to = org) => service.grant(amount, to),
        createPerson: (facts = {}) => createPerson(tenant, facts),
        call: (method, path, options = {}) => service.call(method, path, { key: apiKey, ...options }),
      };
      return tenant;
    },
    call: async (method, path, options = {}) => {
      const contract = await (documented ??= readContract(url));
      return call(`${url}${path}`, method, { key: service.apiKey, ...options, contract });
    },
    stop: async () => {
      await running.stop();
      await rm(own.dataDir, { recursive: true, force: true });
      const [failure] = own.fatal;
      if (failure !== undefined) throw failure;
    },
  };
  return service;
};

const createPerson = async (caller: Tenant, facts: Readonly<Record<string, unknown>>): Promise<string> => {
  const body = { linkedinUrl: `https://www.linkedin.com/in/p-${randomUUID()}`, ...facts };
  const { status, body: person } = await caller.call('POST', '/api/v1/persons', { body });
  if (status !== 201) throw new Error(`the person was not created: ${status} ${JSON.stringify(person)}`);
  return person.id;
};

/** What the service says of itself. */
const readContract = async (url: string): Promise<Contract> => {
  const read = async (name: string) => (await fetch(`${url}/openapi/${name}.json`)).json() as Promise<Document>;
  return new Contract(await Promise.all(['operations', 'native'].map(read)));
};

/** Every answer is held against the OpenAPI documents. */
const call = async (
  url: string,
  method: string,
  { key, headers, body, contract }: CallOptions & { readonly contract: Contract },
): Promise<Called> => {
  const sent = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
  const response = await fetch(url, {
    method,
    headers: {
      ...(key && { authorization: `Bearer ${key}` }),
      ...(sent !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(sent !== undefined && { body: sent }),
  });
  const { status } = response;
  const text = await response.text();
  const { pathname, search } = new URL(url);
  const exchanged = { method, url: `${pathname}${search}`, sent, status, text };
  contract.check({ ...exchanged, headers: Object.fromEntries(response.headers) });
  const isJson = response.headers.get('content-type')?.includes('/json') === true;
  return { status, headers: response.headers, body: isJson && text !== '' ? JSON.parse(text) : text };
};
