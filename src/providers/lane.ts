import type { Clock } from '../domain/kernel/clock.js';
import type { SealedIdentity } from '../vault/vault.js';
import type { HeldAttempt } from './attempt.js';
import { CLOSED, enter, leave, type Breaker } from './breaker.js';
import type { Outcome, ProviderAdapter } from './provider.js';
import { fullBucket, take, type Rate, type TokenBucket } from '../rates/token-bucket.js';

/** An attempt that is ready to be called. */
export interface ReadyCall {
  readonly attempt: HeldAttempt;
  readonly adapter: ProviderAdapter;
  readonly identity: SealedIdentity;
  /** The enrichment ended meanwhile: it is not called any more. */
  readonly hasEnded: () => boolean;
  /** Makes the call to its end and says what came of it for the account as a whole (null: nothing). */
  readonly run: () => Promise<Outcome['kind'] | null>;
  /** Called instead of `run` while the breaker is open. */
  readonly skip: () => void;
  /** Called instead of `run` when it has ended. */
  readonly drop: () => void;
}

const WINDOW_MIN = 64;

export interface LaneOptions {
  readonly clock: Clock;
  readonly liveProcesses: () => number;
}

/** One vendor's way out: its concurrency, its share of the rate, its breaker, and how much of its queue is in memory. */
export class Lane {
  private waiting: ReadyCall[] = [];
  private running = 0;
  private held = 0;
  private bucket: TokenBucket;
  private breaker: Breaker = CLOSED;
  private timer: (() => void) | null = null;

  constructor(
    readonly adapter: ProviderAdapter,
    private readonly options: LaneOptions,
  ) {
    this.bucket = fullBucket(options.clock.now());
  }

  /** How many more attempts this process may lease for the vendor; a slow vendor fills only its own window. */
  get room(): number {
    return Math.max(0, this.windowMax - this.held);
  }

  get windowMax(): number {
    return Math.max(WINDOW_MIN, 2 * this.adapter.limits.concurrency);
  }

  /** When the breaker lets the next call try; null while it is closed. */
  get openUntilMs(): number | null {
    return this.breaker.kind === 'open' ? this.breaker.untilMs : null;
  }

  /** Counts attempts in memory, or places set aside for them. */
  occupy(count: number): void {
    this.held += count;
  }

  add(call: ReadyCall): void {
    this.waiting.push(call);
    this.pump();
  }

  /** Takes out what was not begun. */
  clear(): readonly ReadyCall[] {
    const cleared = this.waiting;
    this.waiting = [];
    return cleared;
  }

  private pump(): void {
    while (this.waiting.length > 0 && this.running < this.adapter.limits.concurrency) {
      if (!this.startNext()) return;
    }
  }

  /** False when the rate does not allow a call now. */
  private startNext(): boolean {
    const [call] = this.waiting as [ReadyCall];
    if (call.hasEnded()) return this.instead(call.drop);
    const nowMs = this.options.clock.now();
    const { passes, breaker } = enter(this.breaker, nowMs);
    if (!passes) return this.instead(call.skip);
    if (!this.takeToken(nowMs)) return false;
    this.breaker = breaker;
    this.waiting.shift();
    this.running += 1;
    void call.run().then((kind) => this.ended(kind));
    return true;
  }

  private instead(act: () => void): true {
    this.waiting.shift();
    act();
    return true;
  }

  private takeToken(nowMs: number): boolean {
    const { perSecond } = this.adapter.limits;
    if (perSecond === undefined) return true;
    const result = take(this.bucket, shareOf(perSecond, this.options.liveProcesses()), nowMs);
    if (result.kind === 'taken') {
      this.bucket = result.bucket;
      return true;
    }
    this.timer ??= this.options.clock.after(result.waitMs, () => {
      this.timer = null;
      this.pump();
    });
    return false;
  }

  private ended(kind: Outcome['kind'] | null): void {
    this.running -= 1;
    this.breaker = leave(this.breaker, kind, this.options.clock.now());
    this.pump();
  }
}

/** Each live process keeps to its part of a rate that the vendor counts over all of them, in bursts of one second. */
export const shareOf = (perSecond: number, liveProcesses: number): Rate => {
  const share = perSecond / Math.max(1, liveProcesses);
  return { perSecond: share, burst: Math.max(1, share) };
};
