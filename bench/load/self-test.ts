import { setTimeout as sleep } from 'node:timers/promises';
import { Connections, type Outgoing } from './connections.js';
import { latencyOf, type Latency } from './latency.js';
import { openLoop } from './open-loop.js';

const RATE = 500;
const SECONDS = 3;
const FROZEN_AFTER_MS = 1_000;
const FROZEN_MS = 500;
/** 500 of 3000 ms stand still: at least every tenth request sees most of it. */
const P99_MIN_MS = FROZEN_MS * 0.8;

/**
 * The generator must show a server that stands still for 500 ms, which a closed loop hides (performance.md §5).
 * @throws Error when it does not
 */
export const testGenerator = async (url: string, pid: number): Promise<Latency> => {
  const connections = new Connections(url, 64);
  const requests = Array.from({ length: RATE * SECONDS }, (): Outgoing => ({
    method: 'GET',
    path: '/health/live',
    headers: [],
  }));
  try {
    const [{ latenciesMs }] = await Promise.all([openLoop(connections, RATE, requests), freeze(pid)]);
    const latency = latencyOf(latenciesMs);
    if (latency.p99 >= P99_MIN_MS) return latency;
    throw new Error(
      `the generator is blind: p99 ${latency.p99} ms although the server stood still for ${FROZEN_MS} ms`,
    );
  } finally {
    await connections.close();
  }
};

const freeze = async (pid: number): Promise<void> => {
  await sleep(FROZEN_AFTER_MS);
  process.kill(pid, 'SIGSTOP');
  try {
    await sleep(FROZEN_MS);
  } finally {
    process.kill(pid, 'SIGCONT');
  }
};
