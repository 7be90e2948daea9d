import { setTimeout as sleep } from 'node:timers/promises';

/** Real time passes: only a driver of real processes may wait for it. */
export const waited = async (ms: number): Promise<void> => {
  await sleep(ms);
};

const POLL_MS = 100;

/** Asks until it holds. False after `limitMs`. */
export const eventually = async (condition: () => boolean | Promise<boolean>, limitMs: number): Promise<boolean> => {
  const deadline = performance.now() + limitMs;
  while (!(await condition())) {
    if (performance.now() >= deadline) return false;
    await sleep(POLL_MS);
  }
  return true;
};
