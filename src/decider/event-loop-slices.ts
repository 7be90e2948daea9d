import type { Clock } from '../domain/kernel/clock.js';

/** Deciding holds the event loop at most about this long; with what else runs in a turn that stays below 20 ms. */
const SLICE_MS = 8;

/**
 * Shares the event loop between deciding and everything else, over all partitions of the process: whoever asks
 * after the slice is over waits for a later turn of the loop, and each turn lets one of them go on.
 */
export class EventLoopSlices {
  private startedMs: number;
  private readonly waiting: (() => void)[] = [];

  constructor(
    private readonly clock: Clock,
    /** Calls back in a later turn of the event loop, after I/O. */
    private readonly nextTurn: (run: () => void) => void = setImmediate,
  ) {
    this.startedMs = clock.now();
  }

  /** Asked between commands. */
  async breathe(): Promise<void> {
    if (this.clock.now() - this.startedMs < SLICE_MS) return;
    await new Promise<void>((resolve) => {
      this.waiting.push(resolve);
      if (this.waiting.length === 1) this.nextTurn(() => this.startSlice());
    });
  }

  private startSlice(): void {
    this.startedMs = this.clock.now();
    this.waiting.shift()?.();
    if (this.waiting.length > 0) this.nextTurn(() => this.startSlice());
  }
}
