import type { Clock } from '../domain/kernel/clock.js';
import type { Logger } from '../observability/logger.js';
import { Backoff } from './backoff.js';
import { SnapshotMoved, SnapshotUnreadable } from './snapshot-store.js';
import { pause, requireRunning } from './stop-signal.js';

const FIRST_WAIT_MS = 50;
const WAIT_MAX_MS = 2_000;

export interface Waiting {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly random: () => number;
  /** Raised when the owner stops: nothing is waited for any more. */
  readonly signal: AbortSignal;
}

/**
 * Repeats a call of the snapshot store until the database answers: a partition that needs it stands still, in order,
 * and http sheds by its lag (DESIGN §3 "Postgres down").
 * @throws SnapshotMoved | SnapshotUnreadable at once; Stopped
 */
export const whenUp = async <T>(call: () => Promise<T>, { clock, logger, random, signal }: Waiting): Promise<T> => {
  const backoff = new Backoff({ firstMs: FIRST_WAIT_MS, maxMs: WAIT_MAX_MS, random });
  for (;;) {
    requireRunning(signal);
    try {
      return await call();
    } catch (error) {
      if (error instanceof SnapshotMoved || error instanceof SnapshotUnreadable) throw error;
      const waitMs = Math.round(backoff.nextMs());
      logger.warn({ err: error, waitMs }, 'the snapshot store does not answer');
      await pause(clock, waitMs, signal);
    }
  }
};
