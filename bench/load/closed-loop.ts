import type { Connections, Outgoing } from './connections.js';
import { isWell, reasonOf, Tally, type LoadResult } from './load-result.js';

/**
 * So many callers, each sends its next request when its last was answered. Finds the highest rate; its latencies
 * are no evidence, because a server that stands still is not asked either.
 * @param next null ends it
 */
export const closedLoop = async (
  connections: Connections,
  callers: number,
  next: () => Outgoing | null,
): Promise<LoadResult> => {
  const tally = new Tally();
  const call = async (): Promise<void> => {
    for (let request = next(); request !== null; request = next()) {
      const sentMs = performance.now();
      try {
        const { status } = await connections.send(request);
        if (isWell(status)) tally.ok(sentMs);
        else tally.fail(String(status));
      } catch (error) {
        tally.fail(reasonOf(error));
      }
    }
  };
  await Promise.all(Array.from({ length: callers }, call));
  return tally.result();
};

/** Each request once. */
export const eachOnce = (requests: readonly Outgoing[]): (() => Outgoing | null) => {
  let index = 0;
  return () => requests[index++] ?? null;
};

/** Round and round until the time is over. */
export const forSeconds = (requests: readonly Outgoing[], seconds: number): (() => Outgoing | null) => {
  const endMs = performance.now() + seconds * 1000;
  let index = 0;
  return () => (performance.now() < endMs ? (requests[index++ % requests.length] ?? null) : null);
};
