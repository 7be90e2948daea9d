import type { Clock } from '../domain/kernel/clock.js';

/** Work was given up because its owner stops; nobody's failure. */
export class Stopped extends Error {
  override readonly name = 'Stopped';
}

/** @throws Stopped */
export const requireRunning = (signal: AbortSignal): void => {
  if (signal.aborted) throw new Stopped('the owner stops');
};

/** Resolves after `ms` of the clock, or as soon as the signal is raised. */
export const pause = (clock: Clock, ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const wake = (): void => {
      cancel();
      signal.removeEventListener('abort', wake);
      resolve();
    };
    const cancel = clock.after(ms, wake);
    signal.addEventListener('abort', wake);
  });

/** The result of `work`, or Stopped as soon as the signal is raised; the work itself runs to its end unobserved. */
export const unlessStopped = async <T>(work: Promise<T>, signal: AbortSignal): Promise<T> => {
  let giveUp: () => void = () => undefined;
  const stopped = new Promise<never>((_, reject) => {
    giveUp = () => reject(new Stopped('the owner stops'));
    signal.addEventListener('abort', giveUp);
    if (signal.aborted) giveUp();
  });
  try {
    return await Promise.race([work, stopped]);
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
};
