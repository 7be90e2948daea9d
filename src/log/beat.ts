import type { Clock } from '../domain/kernel/clock.js';
import { eventLoopUtilization } from '../observability/event-loop-utilization.js';

/** Up to this part of the event loop's time everything goes at once … */
const BUSY_FROM = 0.75;
/** … from there on ever farther apart, at most this far, when nothing of it is left. */
const REST_MAX_MS = 40;
/** A shorter look at the event loop says nothing. */
const LOOK_MS = 20;
/** What was so long ago counts half. */
const HALF_LIFE_MS = 60;
/** Timers are no finer. */
const REST_MIN_MS = 1;

/**
 * When the queues of a process send what waits in them: at once while the event loop has time for it, all of them
 * together, with a rest before, when it has not. Who waits longer waits with more: an append costs the same for one record
 * and for ten, and appends that are ready together share a request.
 */
export class Beat {
  private utilization = 0;
  private lookedMs: number;
  private waiting: (() => void)[] = [];

  /** `utilizationSince` tells which part of the time since its last call the event loop was busy, 0..1. */
  constructor(
    private readonly clock: Clock,
    private readonly utilizationSince: () => number = eventLoopUtilization(),
  ) {
    this.lookedMs = clock.now();
  }

  /** Calls back after this turn, or when the rest is over. */
  next(run: () => void): void {
    if (this.waiting.length === 0) {
      const restMs = this.restMs();
      if (restMs < REST_MIN_MS) return queueMicrotask(run);
      this.clock.after(restMs, () => this.strike());
    }
    this.waiting.push(run);
  }

  private strike(): void {
    // Each by itself: what one throws is not the others' affair.
    for (const run of this.waiting.splice(0)) queueMicrotask(run);
  }

  private restMs(): number {
    this.look();
    return (REST_MAX_MS * Math.max(0, this.utilization - BUSY_FROM)) / (1 - BUSY_FROM);
  }

  private look(): void {
    const passedMs = Math.abs(this.clock.now() - this.lookedMs); // A clock may be set back.
    if (passedMs < LOOK_MS) return;
    this.lookedMs = this.clock.now();
    this.utilization += (passedMs / (passedMs + HALF_LIFE_MS)) * (this.utilizationSince() - this.utilization);
  }
}
