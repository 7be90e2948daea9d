import type { Clock } from '../domain/kernel/clock.js';
import type { Logger } from '../observability/logger.js';
import { Repeater } from '../observability/repeater.js';
import { BEAT_EVERY_MS, type LiveProcesses } from './live-processes.js';

export interface HeartbeatOptions {
  readonly live: Pick<LiveProcesses, 'beat' | 'leave'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Keeps this process counted while it runs. While the database is away, the last count holds. */
export class Heartbeat {
  private constructor(
    private readonly repeater: Repeater,
    private readonly live: HeartbeatOptions['live'],
  ) {}

  /** Counted from the first beat on, so that no share is too large at the start. */
  static async start({ live, clock, logger }: HeartbeatOptions): Promise<Heartbeat> {
    await live.beat();
    const tell = (error: unknown): void => logger.error({ err: error }, 'heartbeat failed, it is tried again');
    return new Heartbeat(new Repeater(clock, BEAT_EVERY_MS, () => live.beat(), tell), live);
  }

  async stop(): Promise<void> {
    await this.repeater.stop();
    await this.live.leave();
  }
}
