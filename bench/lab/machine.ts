import { execFileSync } from 'node:child_process';
import { readFileSync, statfsSync } from 'node:fs';
import { cpus, loadavg, release, totalmem } from 'node:os';

/** What a number depends on besides the code. */
export interface Machine {
  readonly git: string;
  readonly node: string;
  readonly java: string;
  readonly kernel: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly dataOnMemoryDisk: boolean;
}

const TMPFS = 0x01021994;

export const machineOf = (dataDir: string): Machine => ({
  git: `${output('git', ['rev-parse', '--short=12', 'HEAD'])}${isDirty() ? ' (changed)' : ''}`,
  node: process.version,
  java: output('sh', ['-c', 'java -version 2>&1 | head -1']),
  kernel: release(),
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: cpus().length,
  memoryGb: Math.round(totalmem() / 2 ** 30),
  dataOnMemoryDisk: statfsSync(dataDir).type === TMPFS,
});

const output = (command: string, args: readonly string[]): string => {
  try {
    return execFileSync(command, args, { encoding: 'utf8' }).trim();
  } catch {
    return 'unknown'; // The sources may have come without git.
  }
};

const isDirty = (): boolean => output('git', ['status', '--porcelain', '--untracked-files=no']) !== '';

/** Load of others, at one moment: who reads the numbers must know whether the machine was quiet. */
export interface Surroundings {
  readonly loadAverage: number;
  /** Ticks of 10 ms taken by the hypervisor since boot, all cores. */
  readonly stolenTicks: number;
}

export const surroundings = (): Surroundings => {
  const fields = readFileSync('/proc/stat', 'utf8').split('\n')[0]?.split(/\s+/) ?? [];
  return { loadAverage: Math.round((loadavg()[0] ?? 0) * 100) / 100, stolenTicks: Number(fields[8] ?? 0) };
};

/** In a dependency's package.json; the checkout is the working directory. */
export const versionOf = (name: string): string =>
  (JSON.parse(readFileSync(`node_modules/${name}/package.json`, 'utf8')) as { version: string }).version;
