import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { until } from './poll.js';

const GRACE_MS = 10_000;
const KILL_MS = 5_000;

/** A process that cannot be mistaken for a later one with the same pid. `started` is opaque: compare it only. */
export interface ProcessRef {
  readonly pid: number;
  readonly started: string;
}

/** Who has this pid now; undefined if nobody, or only a zombie that its parent has not collected yet. */
export const identify = (pid: number): ProcessRef | undefined => {
  const started = existsSync('/proc/self/stat') ? startedByProc(pid) : startedByPs(pid);
  return started === undefined ? undefined : { pid, started };
};

/** True while exactly this process runs. */
export const isAlive = (process: ProcessRef): boolean => identify(process.pid)?.started === process.started;

/** Sends a signal to exactly this process. False if it has gone. */
export const send = (target: ProcessRef, signal: NodeJS.Signals): boolean => {
  if (!isAlive(target)) return false;
  try {
    return process.kill(target.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
};

/**
 * Ends exactly this process: `signal`, and SIGKILL if it still runs after 10 s.
 * @throws Error if it survives that, or belongs to another user.
 */
export const end = async (target: ProcessRef, signal: NodeJS.Signals): Promise<void> => {
  if (!send(target, signal) || (await until(() => !isAlive(target), GRACE_MS))) return;
  if (!send(target, 'SIGKILL') || (await until(() => !isAlive(target), KILL_MS))) return;
  throw new Error(`process ${target.pid} cannot be ended`);
};

// Ticks since boot are exact to 10 ms; the boot id keeps them apart over a restart of the machine.
const startedByProc = (pid: number): string | undefined => {
  const stat = read(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' '); // The name before it may hold spaces and brackets.
  const [state, ticks] = [fields[0], fields[19]];
  return state === 'Z' || state === 'X' ? undefined : `${read('/proc/sys/kernel/random/boot_id')?.trim()} ${ticks}`;
};

const startedByPs = (pid: number): string | undefined => {
  try {
    const env = { ...process.env, LC_ALL: 'C', TZ: 'UTC' };
    const line = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], { encoding: 'utf8', env }).trim();
    return line.startsWith('Z') ? undefined : line.slice(line.indexOf(' ')).trim();
  } catch {
    return undefined; // ps exits with 1 when there is no such process.
  }
};

const read = (file: string): string | undefined => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined; // The process ended between two looks.
  }
};
