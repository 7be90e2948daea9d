import type { LogRecord } from '../log/log.js';
import { Fenced } from '../log/errors.js';
import { Backoff } from './backoff.js';
import { Ending, isFatal } from './ending.js';
import type { PartitionSetup } from './partition-setup.js';
import { pause, Stopped } from './stop-signal.js';
import { Tenure } from './tenure.js';

const FIRST_WAIT_MS = 100;
const WAIT_MAX_MS = 5_000;
/** Failures in a row without one answered batch, about five minutes: then the supervisor may try a new process. */
const FAILURES_MAX = 60;

/** `restoring`: replays, claims behind that. `dropped`: waits before it claims again. `stopped`: does not come back by itself. */
export type OwnerState = 'claiming' | 'restoring' | 'deciding' | 'dropped' | 'stopped';

export interface PartitionStatus {
  readonly partition: number;
  readonly state: OwnerState;
  /** null: none now. */
  readonly claim: string | null;
  /** Age of the oldest command that is not answered, or for how long nothing has been decided, ms. */
  readonly lagMs: number;
}

/**
 * Owns one partition while the group says so: claiming → restoring → deciding, and when something fails dropped →
 * claiming again with a jittered wait, or stopped when only people can help.
 */
export class PartitionOwner {
  private state: OwnerState = 'claiming';
  private idleSinceMs: number;
  private tenure: Tenure | null = null;
  private ending = new Ending();
  private readonly stopping = new Ending();
  private readonly backoff: Backoff;
  private failures = 0;
  private running: Promise<void> = Promise.resolve();

  constructor(private readonly setup: PartitionSetup) {
    this.idleSinceMs = setup.clock.now();
    this.backoff = new Backoff({ firstMs: FIRST_WAIT_MS, maxMs: WAIT_MAX_MS, random: setup.random });
  }

  /** `after`: the owner before has let go. */
  start(after: Promise<unknown> = Promise.resolve()): void {
    this.running = after.then(() => this.run()).catch(this.setup.onFatal);
  }

  /** For the subscription; handles what arrives in order. */
  async take(records: readonly LogRecord[]): Promise<void> {
    await this.tenure?.take(records);
  }

  /** The subscription has given the partition up. */
  fail(error: Error): void {
    this.ending.end(error);
  }

  /** `lastSnapshot`: the process ends in order. Not when another process takes over: it would meet a moved checkpoint. */
  async stop({ lastSnapshot }: { readonly lastSnapshot: boolean }): Promise<void> {
    const { tenure, state } = this;
    this.stopping.end(new Stopped('the owner stops'));
    this.ending.end(new Stopped('the owner stops'));
    await this.running;
    if (!lastSnapshot || tenure === null || state !== 'deciding') return;
    await tenure.saveLast().catch((error: Error) => {
      this.setup.logger.warn(
        { partition: this.setup.partition, err: error },
        'no last snapshot: the next start replays',
      );
    });
  }

  get status(): PartitionStatus {
    const { partition, clock } = this.setup;
    const oldestMs = this.state === 'deciding' ? (this.tenure?.oldestUndecidedMs ?? null) : this.idleSinceMs;
    const lagMs = oldestMs === null ? 0 : Math.max(0, clock.now() - oldestMs);
    // Before, its claim may not stand in the log yet.
    const claim = this.state === 'deciding' ? (this.tenure?.claim ?? null) : null;
    return { partition, state: this.state, claim, lagMs };
  }

  /** Time of the partition's last event while it decides; null when others may know better. */
  get timeMs(): number | null {
    return this.state === 'deciding' ? (this.tenure?.timeMs ?? null) : null;
  }

  private async run(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      const reason = await this.serve();
      if (this.stopping.signal.aborted) break;
      if (isFatal(reason) || this.failures >= FAILURES_MAX) {
        this.enter('stopped');
        this.setup.onFatal(reason);
        return;
      }
      await this.waitAfter(reason);
    }
    this.enter('stopped');
  }

  /** One tenure, to its end. Resolves with the reason of the end. */
  private async serve(): Promise<Error> {
    const { setup } = this;
    const ending = new Ending();
    this.ending = ending;
    this.enter('claiming');
    try {
      if (this.stopping.signal.aborted) throw new Stopped('the owner stops');
      this.tenure = await Tenure.open(setup, ending);
      this.enter('restoring');
      const from = await this.tenure.restore();
      this.enter('deciding');
      setup.subscription.add(setup.partition, from);
    } catch (error) {
      ending.end(error as Error);
    }
    const reason = await ending.ended;
    await setup.subscription.remove(setup.partition);
    this.release();
    return reason;
  }

  private release(): void {
    if (this.tenure?.hasAnswered === true) {
      this.failures = 0;
      this.backoff.reset();
    }
    this.tenure?.close();
    this.tenure = null;
  }

  private async waitAfter(reason: Error): Promise<void> {
    const { clock, logger, partition } = this.setup;
    this.enter('dropped');
    const waitMs = Math.round(this.backoff.nextMs());
    if (reason instanceof Fenced) logger.info({ partition, by: reason.by }, 'partition taken over');
    else {
      this.failures += 1;
      logger.warn({ partition, waitMs, err: reason }, 'partition dropped, it is claimed again');
    }
    await pause(clock, waitMs, this.stopping.signal);
  }

  private enter(state: OwnerState): void {
    if (this.state === 'deciding') this.idleSinceMs = this.setup.clock.now();
    this.state = state;
  }
}
