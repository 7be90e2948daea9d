import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Where the embedded servers of a data folder listen, so that the CLI finds them from another terminal. */
export interface StackFile {
  readonly kafkaBrokers: string;
  readonly databaseUrl: string;
}

const pathIn = (dataDir: string): string => join(dataDir, 'stack.json');

/** Readable by the owner only: the database URL holds a password. */
export const writeStackFile = (dataDir: string, stack: StackFile): Promise<void> =>
  writeFile(pathIn(dataDir), `${JSON.stringify(stack, null, 2)}\n`, { mode: 0o600 });

export const removeStackFile = (dataDir: string): Promise<void> => rm(pathIn(dataDir), { force: true });

/** null when no service runs on this data folder. */
export const readStackFile = async (dataDir: string): Promise<StackFile | null> => {
  try {
    return JSON.parse(await readFile(pathIn(dataDir), 'utf8')) as StackFile;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
};
