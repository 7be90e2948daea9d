import type { Clock } from '../domain/kernel/clock.js';

/** Requests of a kind that are under way at once in this process, however fast it is … */
export const UNDER_WAY_MAX = 1_024;
/** … and however slow: a burst of so many is nothing unusual. */
export const UNDER_WAY_MIN = 256;
/** A loaded process lets in as many as it answers in this time: the last one waits no longer, down to UNDER_WAY_MIN. */
const ANSWERED_WITHIN_MS = 500;
/** Answers come in batches, so a shorter look finds many or none. */
export const LOOK_EVERY_MS = 250;
/** Nobody came for so long: what was before says nothing about who comes now. */
export const FORGOTTEN_AFTER_MS = 2_000;
/** Never fewer under way between two looks … */
export const LOADED_MIN = 64;
/** … and the event loop as good as full: what was answered is what the process can. Who waits for others is not loaded. */
export const LOADED_UTILIZATION_MIN = 0.8;
/** Of the limit before, when a look finds no load. */
const GROWTH = 1.25;

/**
 * How many requests of a kind may be under way: by Little's law, what a loaded process answers in half a second, and never
 * fewer than `UNDER_WAY_MIN`. Whatever more were let in would be answered after its client has given up, and take the time
 * of those that could have been.
 */
export class Admission {
  private underWay = 0;
  private max = UNDER_WAY_MAX;
  private lookedMs: number;
  private answered = 0;
  /** Under way since the last look. */
  private least = 0;

  /** `utilizationSince` tells which part of the time since its last call the event loop was busy, 0..1. */
  constructor(
    private readonly clock: Pick<Clock, 'now'>,
    private readonly utilizationSince: () => number,
  ) {
    this.lookedMs = clock.now();
  }

  /** False: one too many. Whoever was let in has to `leave`. */
  enter(): boolean {
    const passedMs = this.clock.now() - this.lookedMs;
    // A clock that was set back begins anew.
    if (passedMs >= LOOK_EVERY_MS || passedMs < 0) this.look(passedMs);
    if (this.underWay >= this.max) return false;
    this.underWay += 1;
    return true;
  }

  /** `answered`: its client has the answer. Whoever gave up says nothing about what the process can. */
  leave(answered: boolean): void {
    this.underWay -= 1;
    if (answered) this.answered += 1;
    this.least = Math.min(this.least, this.underWay);
  }

  private look(passedMs: number): void {
    this.max = Math.min(UNDER_WAY_MAX, Math.max(UNDER_WAY_MIN, Math.round(this.fitting(passedMs))));
    this.lookedMs += passedMs;
    this.answered = 0;
    this.least = this.underWay;
  }

  private fitting(passedMs: number): number {
    const isFull = this.utilizationSince() >= LOADED_UTILIZATION_MIN;
    if (passedMs >= FORGOTTEN_AFTER_MS || passedMs < 0) return UNDER_WAY_MAX;
    return isFull && this.least >= LOADED_MIN ? (this.answered / passedMs) * ANSWERED_WITHIN_MS : this.max * GROWTH;
  }
}
