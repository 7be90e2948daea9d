import { latencyOf } from './latency.js';
import type { Connections, Outgoing } from './connections.js';
import { isWell, reasonOf, Tally, type LoadResult } from './load-result.js';

export interface OpenLoopResult extends LoadResult {
  /** What was asked for, per second. */
  readonly offered: number;
  /** How late the generator itself sent, p99; above 5 ms the run measures the generator. */
  readonly generatorLagP99Ms: number;
}

/** A hit is a failure: what is in flight must not grow without bound. */
const IN_FLIGHT_MAX = 10_000;
const TICK_MS = 1;

/**
 * Sends request i at `start + i / rate`, whatever the server does; late ones are never skipped, and latency counts
 * from the scheduled time, so that a server that stands still shows (performance.md §5).
 */
export const openLoop = async (
  connections: Connections,
  rate: number,
  requests: readonly Outgoing[],
): Promise<OpenLoopResult> => {
  const tally = new Tally();
  const lags: number[] = [];
  const running = new Set<Promise<void>>();
  const startMs = performance.now();
  const dueMs = (index: number): number => startMs + (index * 1000) / rate;
  for (let index = 0; index < requests.length;) {
    const nowMs = performance.now();
    for (; index < requests.length && dueMs(index) <= nowMs; index += 1) {
      lags.push(performance.now() - dueMs(index));
      if (running.size >= IN_FLIGHT_MAX) tally.fail('cap');
      else track(running, sendOne(connections, requests[index], { tally, scheduledMs: dueMs(index) }));
    }
    await new Promise((resolve) => setTimeout(resolve, TICK_MS));
  }
  await Promise.all(running);
  return { ...tally.result(), offered: rate, generatorLagP99Ms: latencyOf(lags).p99 };
};

const track = (running: Set<Promise<void>>, sending: Promise<void>): void => {
  running.add(sending);
  void sending.finally(() => running.delete(sending));
};

const sendOne = async (
  connections: Connections,
  request: Outgoing | undefined,
  { tally, scheduledMs }: { readonly tally: Tally; readonly scheduledMs: number },
): Promise<void> => {
  if (request === undefined) return;
  try {
    const { status } = await connections.send(request);
    if (isWell(status)) tally.ok(scheduledMs);
    else tally.fail(String(status));
  } catch (error) {
    tally.fail(reasonOf(error));
  }
};
