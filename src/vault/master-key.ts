import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { KEY_BYTES } from './sealing.js';

const FILE = 'master.key';

/**
 * The configured master key, or the one under the data folder, created there at first (embedded default).
 * @param configured base64 of 32 bytes, or empty
 */
export const loadMasterKey = async (configured: string, dataDir: string): Promise<Buffer> => {
  if (configured !== '') return Buffer.from(configured, 'base64');
  const path = join(dataDir, FILE);
  await mkdir(dataDir, { recursive: true });
  // `wx`: of two processes that start at once, one creates the file and both read it.
  await writeFile(path, randomBytes(KEY_BYTES).toString('base64'), { flag: 'wx', mode: 0o600 }).catch(ignoreExisting);
  const key = Buffer.from((await readFile(path, 'utf8')).trim(), 'base64');
  if (key.length !== KEY_BYTES) throw new Error(`${path} does not hold the base64 of ${KEY_BYTES} bytes`);
  return key;
};

const ignoreExisting = (error: NodeJS.ErrnoException): void => {
  if (error.code !== 'EEXIST') throw error;
};
