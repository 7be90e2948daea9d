import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { claimFolder, type Claim } from './claim.js';
import type { EmbeddedOptions } from './options.js';
import { until } from './poll.js';
import { choosePort } from './ports.js';
import { postgresBinaries } from './postgres-binaries.js';
import { postgresUser, type PostgresUser } from './postgres-user.js';
import { run } from './run.js';
import { startServer, StartFailed, type EmbeddedServer } from './server.js';

const DATABASE = 'tributary'; // And the superuser's name.
const ORPHANS_MS = 10_000;

/**
 * Starts PostgreSQL 18 on `<dataDir>/postgres`, made with the database `tributary` and a random password if new.
 * Its log is `postgres.log` in there.
 * @throws EmbeddedUnavailable if there are no binaries for this platform.
 * @throws FolderInUse, StartFailed, Error if the wanted port is taken.
 */
export const startPostgres = async (
  options: EmbeddedOptions,
): Promise<EmbeddedServer & { readonly databaseUrl: string }> => {
  const { rootDir = process.cwd(), onProgress = () => undefined } = options;
  const native = await postgresBinaries(rootDir);
  const folder = resolve(options.dataDir, 'postgres');
  const claim = await claimFolder(folder);
  try {
    const cluster: Cluster = { native, folder, user: await postgresUser([native, join(folder, 'data')]) };
    const port = await choosePort(folder, options.postgresPort);
    if (!existsSync(join(folder, 'data'))) {
      onProgress({ step: 'creating the PostgreSQL cluster' });
      await createCluster(cluster);
    }
    onProgress({ step: 'starting PostgreSQL' });
    const server = await startPastOrphans(() => startCluster(cluster, port, claim));
    const password = readFileSync(passwordFile(folder), 'utf8').trim();
    const databaseUrl = `postgres://${DATABASE}:${password}@127.0.0.1:${port}/${DATABASE}`;
    return Object.assign(server, { databaseUrl });
  } catch (error) {
    claim.release();
    throw error;
  }
};

interface Cluster {
  readonly native: string;
  readonly folder: string;
  readonly user: PostgresUser;
}

// In a folder of its own until it is complete: a kill half way leaves nothing that looks like a cluster.
const createCluster = async ({ native, folder, user }: Cluster): Promise<void> => {
  const part = join(folder, 'data.part');
  rmSync(part, { recursive: true, force: true });
  writeFileSync(passwordFile(folder), `${randomBytes(24).toString('hex')}\n`, { mode: 0o600 });
  for (const path of [folder, passwordFile(folder)]) user.own(path);
  const runAs = (program: string, args: readonly string[], input = ''): Promise<string> => {
    const { command, args: wrapped } = user.wrap(join(native, 'bin', program), args);
    return run(command, wrapped, { ...ids(user), cwd: folder, env: environment(), input });
  };
  await runAs('initdb', [
    `--pgdata=${part}`,
    `--username=${DATABASE}`,
    `--pwfile=${passwordFile(folder)}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C',
    '--locale-provider=builtin', // The same order and case rules on every machine, whatever locales it has.
    '--builtin-locale=C.UTF-8',
  ]);
  await runAs('postgres', ['--single', '-D', part, 'postgres'], `CREATE DATABASE ${DATABASE}\n`);
  renameSync(part, join(folder, 'data'));
};

const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  shared_buffers: '128MB',
  max_connections: '100',
  max_parallel_workers_per_gather: '0', // Two cores are shared with the broker and the service.
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
};

const startCluster = ({ native, folder, user }: Cluster, port: number, claim: Claim): Promise<EmbeddedServer> => {
  const settings = Object.entries({ ...SETTINGS, port }).flatMap(([key, value]) => ['-c', `${key}=${value}`]);
  return startServer({
    name: 'PostgreSQL',
    ...user.wrap(join(native, 'bin', 'postgres'), ['-D', join(folder, 'data'), ...settings]),
    ...ids(user),
    port,
    cwd: folder,
    env: environment(),
    logFile: join(folder, 'postgres.log'),
    ready: /database system is ready to accept connections/,
    stopSignal: 'SIGINT', // "Fast": sessions are ended, SIGTERM would wait for them.
    claim,
  });
};

/** After a `kill -9` its sessions outlive it until they notice, and Postgres refuses to start beside them. */
const startPastOrphans = async (start: () => Promise<EmbeddedServer>): Promise<EmbeddedServer> => {
  let server: EmbeddedServer | undefined;
  let failure: unknown;
  await until(async () => {
    server = await start().catch((error: unknown) => {
      failure = error;
      return undefined;
    });
    return server !== undefined || !isOrphaned(failure);
  }, ORPHANS_MS);
  if (!server) throw failure;
  return server;
};

const isOrphaned = (failure: unknown): boolean =>
  failure instanceof StartFailed && failure.log.includes('pre-existing shared memory block');

const passwordFile = (folder: string): string => join(folder, 'password');

// Nothing else: PGPORT, PGOPTIONS or LC_MESSAGES of the caller would change what it does and logs.
const environment = (): NodeJS.ProcessEnv => ({ PATH: process.env['PATH'], LC_ALL: 'C' });

const ids = ({ uid, gid }: PostgresUser): { uid?: number; gid?: number } => ({
  ...(uid !== undefined && { uid }),
  ...(gid !== undefined && { gid }),
});
