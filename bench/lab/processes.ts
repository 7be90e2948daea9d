import { readdirSync, readFileSync } from 'node:fs';

const TICKS_PER_SECOND = 100;
const KIB = 1024;

interface Stat {
  readonly parent: number;
  readonly ownTicks: number;
  /** Of children that have ended. */
  readonly endedTicks: number;
}

const statOf = (pid: number): Stat | null => {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' '); // The name may hold spaces and brackets.
    const [parent, user, system, endedUser, endedSystem] = [1, 11, 12, 13, 14].map((index) => Number(fields[index]));
    return {
      parent: parent ?? 0,
      ownTicks: (user ?? 0) + (system ?? 0),
      endedTicks: (endedUser ?? 0) + (endedSystem ?? 0),
    };
  } catch {
    return null; // It ended between two looks.
  }
};

/** A process and all below it: Postgres works in one process per connection. */
const treeOf = (root: number): readonly number[] => {
  const pids = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
  const parents = new Map(pids.map((pid) => [pid, statOf(pid)?.parent]));
  const isBelow = (pid: number | undefined): boolean =>
    pid !== undefined && pid > 1 && (pid === root || isBelow(parents.get(pid)));
  return pids.filter(isBelow);
};

/** CPU seconds that a process and all below it have used so far; ticks of 10 ms. */
export const cpuSecondsOf = (root: number): number => {
  if (root === process.pid) return ownCpuSeconds();
  const ticks = treeOf(root).map((pid) => {
    const stat = statOf(pid);
    return stat === null ? 0 : stat.ownTicks + stat.endedTicks;
  });
  return ticks.reduce((sum, one) => sum + one, 0) / TICKS_PER_SECOND;
};

/** The servers are children of the generator, and are counted on their own. */
const ownCpuSeconds = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

/** MiB in memory of a process and all below it; what several share is counted once (Pss). */
export const memoryMbOf = (root: number): number => {
  const tree = root === process.pid ? [root] : treeOf(root);
  if (tree.length === 1) return kibIn(`/proc/${root}/status`, 'VmRSS') / KIB;
  return tree.reduce((sum, pid) => sum + kibIn(`/proc/${pid}/smaps_rollup`, 'Pss'), 0) / KIB;
};

const kibIn = (file: string, name: string): number => {
  try {
    return Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(readFileSync(file, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0; // It ended between two looks.
  }
};

export type Pids = Readonly<Record<string, number>>;
export type Figures = Readonly<Record<string, number>>;

export const figuresOf = (pids: Pids, figureOf: (pid: number) => number): Figures =>
  Object.fromEntries(Object.entries(pids).map(([name, pid]) => [name, figureOf(pid)]));

/** CPU seconds by process while `work` runs. */
export const measureCpu = async <T>(pids: Pids, work: () => Promise<T>): Promise<{ value: T; cpuSeconds: Figures }> => {
  const before = figuresOf(pids, cpuSecondsOf);
  const value = await work();
  const after = figuresOf(pids, cpuSecondsOf);
  const used = Object.keys(pids).map((name) => [name, (after[name] ?? 0) - (before[name] ?? 0)]);
  return { value, cpuSeconds: Object.fromEntries(used) as Figures };
};

/** Microseconds of CPU for each of so many. */
export const usEach = (cpuSeconds: Figures, count: number): Figures =>
  Object.fromEntries(Object.entries(cpuSeconds).map(([name, used]) => [name, Math.round((used * 1e6) / count)]));
