import { join, resolve } from 'node:path';
import { run } from '../../../src/embedded/run.js';

const SWC = join('node_modules', '@swc', 'cli', 'bin', 'swc.js');
const BUILD_MS = 120_000;

/**
 * Compiles service and CLI to a folder of their own: processes are started again and again during a run, and another
 * build of the checkout must not pull their code away. Returns the folder.
 */
export const buildInto = async (folder: string): Promise<string> => {
  const dist = resolve(folder, 'dist');
  await run(process.execPath, [SWC, 'src', 'cli', 'sdk', '-d', dist, '--config-file', '.swcrc', '-q'], {
    timeoutMs: BUILD_MS,
  });
  return dist;
};
