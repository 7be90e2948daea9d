import { setTimeout as sleep } from 'node:timers/promises';

const INTERVAL_MS = 25;

/** Asks `condition` every 25 ms. True as soon as it holds, false after `limitMs`. */
export const until = async (condition: () => boolean | Promise<boolean>, limitMs: number): Promise<boolean> => {
  const deadline = performance.now() + limitMs;
  while (!(await condition())) {
    if (performance.now() >= deadline) return false;
    await sleep(INTERVAL_MS);
  }
  return true;
};
