import { rmSync } from 'node:fs';
import { startEmbedded } from '../../src/embedded/embedded.js';
import type { TestStack } from './stack.js';
import { newStackFolder, sweepDeadRuns } from './stack.folder.js';

/** The stack of one test run; `stop` ends it and deletes its data. */
export type RunStack = TestStack & { stop(): Promise<void> };

/** Starts one Kafka and one Postgres: embedded, or in containers with TEST_STACK=testcontainers. */
export const startRunStack = async (): Promise<RunStack> => {
  if (process.env['TEST_STACK'] === 'testcontainers') return (await import('./stack.containers.js')).startContainers();
  await sweepDeadRuns();
  const dataDir = newStackFolder();
  const stack = await startEmbedded({ dataDir, onProgress });
  const stopAndDelete = async (): Promise<void> => {
    await stack.stop();
    rmSync(dataDir, { recursive: true, force: true });
  };
  return { kafkaBrokers: stack.kafkaBrokers, databaseUrl: stack.databaseUrl, stop: stopAndDelete };
};

// Only the download is worth a line: it is what makes the very first run slow.
const onProgress = ({ step, done, total }: { step: string; done?: number; total?: number }): void => {
  if (total !== undefined && (done === 0 || done === total)) process.stderr.write(`${step}: ${done}/${total}\n`);
};
