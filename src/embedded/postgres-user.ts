import { chownSync, readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { run } from './run.js';

const USER = 'postgres';
const ANYBODY_MAY_TRAVERSE = 0o001;
const CAP_DAC_READ_SEARCH = 2n;

/** As whom Postgres runs: it refuses to run as root. */
export interface PostgresUser {
  readonly uid?: number;
  readonly gid?: number;
  /** Gives it a file or folder. */
  own(path: string): void;
  /** The command line that reaches its files although it runs as that user. */
  wrap(command: string, args: readonly string[]): { command: string; args: readonly string[] };
}

/**
 * Ourselves, or, if we are root, the system user `postgres`, made if missing.
 * @param paths what it has to reach. Below a closed folder (`/root` in a container) it is given one capability for that.
 */
export const postgresUser = async (paths: readonly string[]): Promise<PostgresUser> => {
  if (process.getuid?.() !== 0) return { own: () => undefined, wrap: (command, args) => ({ command, args }) };
  const [uid, gid] = [await systemId('-u'), await systemId('-g')];
  const own = (path: string): void => chownSync(path, uid, gid);
  if (paths.every(isReachable)) return { uid, gid, own, wrap: (command, args) => ({ command, args }) };
  const capability = canReadEverything() ? '+dac_read_search' : '+dac_override'; // Docker's default set has the second.
  const change = [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups'];
  const grant = [`--inh-caps=${capability}`, `--ambient-caps=${capability}`];
  return { own, wrap: (command, args) => ({ command: 'setpriv', args: [...change, ...grant, command, ...args] }) };
};

const systemId = async (flag: '-u' | '-g'): Promise<number> => {
  const id = () => run('id', [flag, USER]).then((output) => Number.parseInt(output, 10));
  return id().catch(async () => {
    await run('groupadd', ['--system', '--force', USER]);
    await run('useradd', ['--system', '--gid', USER, '--no-create-home', '--shell', '/usr/sbin/nologin', USER]);
    return id();
  });
};

const isReachable = (path: string): boolean => {
  const parent = dirname(path);
  if (parent === path) return true;
  return (statSync(parent).mode & ANYBODY_MAY_TRAVERSE) !== 0 && isReachable(parent);
};

const canReadEverything = (): boolean => {
  const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0';
  return ((BigInt(`0x${effective}`) >> CAP_DAC_READ_SEARCH) & 1n) === 1n;
};
