import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import pg from 'pg';
import { startEmbedded, type EmbeddedStack } from '../../src/embedded/embedded.js';
import { freePort } from '../../src/embedded/ports.js';
import type { BenchOptions } from '../options.js';
import { Child } from './child.js';
import type { Pids } from './processes.js';
import { Service } from './service.js';

const SCHEMA = 'tributary';
const READY_MS = 60_000;
const POLL_MS = 50;
/** Files of the build: `dist` when started by `npm run bench`. */
const DIST = resolve(dirname(process.argv[1] ?? ''), '..');

export type PeerName = 'outbox' | 'read' | 'graphile';

/** Servers, service and peers of one run: all processes of their own, on data of their own. */
export interface Lab {
  readonly options: BenchOptions;
  readonly dataDir: string;
  /** As the service and the CLI get it. */
  readonly env: Readonly<Record<string, string>>;
  readonly service: Service;
  readonly peers: Readonly<Record<PeerName, Running>>;
  readonly stack: EmbeddedStack;
  readonly sql: pg.Pool;
  /** For `measureCpu`, `figuresOf`. */
  readonly pids: Pids;
  /** Rejects when a process ends without being asked to. */
  readonly failed: Promise<never>;
  /** Path of a script of the build, e.g. `cli/main.js`. */
  readonly script: (path: string) => string;
  stop(): Promise<void>;
}

export interface Running {
  readonly url: string;
  readonly child: Child;
}

export const openLab = async (options: BenchOptions): Promise<Lab> => {
  const closers: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const close of closers.splice(0).reverse()) await close();
  };
  try {
    return await build(options, closers, stop);
  } catch (error) {
    await stop();
    throw error;
  }
};

/**
 * As in package.json's `start`: a young generation large enough that little of a request grows old, a limit from which on
 * V8 collects the old one seldom, and the collector for `src/observability/idle-memory.ts`.
 */
const SERVICE_FLAGS = ['--expose-gc', '--max-semi-space-size=32', '--max-old-space-size=2048'];
const SERVICE_ENV = { MALLOC_MMAP_THRESHOLD_: '131072' };
const LOOP_WORK = pathToFileURL(join(DIST, 'bench/lab/loop-work.js')).href;

type Closers = (() => Promise<void>)[];

const build = async (options: BenchOptions, closers: Closers, stop: () => Promise<void>): Promise<Lab> => {
  const dataDir = await mkdtemp(join(tmpdir(), 'tributary-bench-'));
  closers.push(() => rm(dataDir, { recursive: true, force: true }));
  const kafkaJvm = options.brokerJvm === 'server' ? 'server' : 'small';
  const stack = await startEmbedded({ dataDir, kafkaJvm });
  closers.push(() => stack.stop());
  const env = environment(stack, dataDir);
  // As a deployment does: the service that starts on its own tables never loads what makes them.
  await promisify(execFile)(process.execPath, [join(DIST, 'cli/main.js'), 'migrate'], {
    env: { ...process.env, ...env },
  });
  const service = await startService(options, env);
  closers.push(() => service.stop());
  const peer = (name: PeerName) => start(closers, { name, path: `bench/peers/${name}.js`, ready: '/health/live', env });
  const peers = { outbox: await peer('outbox'), read: await peer('read'), graphile: await peer('graphile') };
  const sql = new pg.Pool({ connectionString: stack.databaseUrl, max: 2, options: `-c search_path=${SCHEMA}` });
  closers.push(() => sql.end());
  return {
    options,
    dataDir,
    env,
    service,
    peers,
    stack,
    sql,
    get pids() {
      const { kafka, postgres } = stack;
      return { service: service.child.pid, broker: kafka.pid, postgres: postgres.pid, generator: process.pid };
    },
    failed: Promise.race([service.failed, ...Object.values(peers).map(({ child }) => child.failed)]),
    script: (path) => join(DIST, path),
    stop,
  };
};

const environment = (stack: EmbeddedStack, dataDir: string): Readonly<Record<string, string>> => ({
  KAFKA_BROKERS: stack.kafkaBrokers,
  DATABASE_URL: stack.databaseUrl,
  DATABASE_SCHEMA: SCHEMA,
  DATA_DIR: dataDir,
  TRIBUTARY_MASTER_KEY: randomBytes(32).toString('base64'),
  SANDBOX_SPEED: 'instant',
  RATE_LIMIT_WRITES: '0',
  RATE_LIMIT_READS: '0',
  RATE_LIMIT_POLLS: '0',
  LOG_LEVEL: 'error',
});

const profileFlags = ({ cpuProfileDir }: BenchOptions): readonly string[] =>
  cpuProfileDir === null ? [] : ['--cpu-prof', `--cpu-prof-dir=${cpuProfileDir}`];

const startService = async (options: BenchOptions, env: Lab['env']): Promise<Service> => {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  return Service.start({
    script: join(DIST, 'src/main.js'),
    nodeFlags: [...SERVICE_FLAGS, `--import=${LOOP_WORK}`, ...profileFlags(options)],
    env: { ...env, ...SERVICE_ENV, PORT: String(port) },
    url,
    ready: (child) => answers(`${url}/health/ready`, child),
  });
};

interface StartOptions {
  readonly name: string;
  readonly path: string;
  readonly ready: string;
  readonly env: Readonly<Record<string, string>>;
}

const start = async (closers: Closers, { name, path, ready, env }: StartOptions): Promise<Running> => {
  const port = await freePort();
  const script = join(DIST, path);
  const child = Child.start({ name, script, env: { ...env, PORT: String(port) } });
  closers.push(() => child.stop());
  const url = `http://127.0.0.1:${port}`;
  await Promise.race([answers(`${url}${ready}`, child), child.failed]);
  return { url, child };
};

const answers = async (url: string, child: Child): Promise<void> => {
  const endMs = Date.now() + READY_MS;
  while (!(await isOk(url))) {
    if (Date.now() > endMs)
      throw new Error(`${child.name} did not get ready within ${READY_MS / 1000} s: ${await stateOf(url)}
${child.lines}`);
    await sleep(POLL_MS);
  }
};

const stateOf = async (url: string): Promise<string> => {
  try {
    return await (await fetch(url)).text();
  } catch (error) {
    return String(error);
  }
};

const isOk = async (url: string): Promise<boolean> => {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false; // It does not listen yet.
  }
};
