import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { endStale } from '../../src/embedded/embedded.js';

const ROOT = '.test-stack';

/** A new data folder for this process, below the working directory. The caller deletes it. */
export const newStackFolder = (): string => {
  mkdirSync(ROOT, { recursive: true });
  const folder = mkdtempSync(join(ROOT, `${process.pid}-`));
  chmodSync(folder, 0o755); // As a data folder normally is; mkdtemp closes it to others.
  return folder;
};

/** Deletes what runs that were killed have left, and ends their servers. Folders of living runs stay. */
export const sweepDeadRuns = async (): Promise<void> => {
  for (const name of existsSync(ROOT) ? readdirSync(ROOT) : []) {
    if (isRunning(Number.parseInt(name, 10))) continue;
    const folder = join(ROOT, name);
    for (const part of foldersIn(folder)) await endStale(part);
    rmSync(folder, { recursive: true, force: true });
  }
};

/** Of servers, and in chaos of service processes: whoever runs on one has claimed it. */
const foldersIn = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(folder, name));

const isRunning = (pid: number): boolean => {
  if (Number.isNaN(pid)) return false;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'; // Another user's, so it runs.
  }
};
