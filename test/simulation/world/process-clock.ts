import type { Clock } from '../../../src/domain/kernel/clock.js';
import type { MemoryProcess } from '../../../src/log/memory/memory-process.js';

/** The clock as one process sees it: its timers wait while it is frozen, and are gone when it is killed. */
export class ProcessClock implements Clock {
  constructor(
    private readonly clock: Clock,
    private readonly process: MemoryProcess,
  ) {}

  now(): number {
    return this.clock.now();
  }

  after(ms: number, run: () => void): () => void {
    let cancelled = false;
    const cancel = this.clock.after(ms, () => {
      void this.process.step('deliver', 'timer').then(() => {
        if (!cancelled) run();
      });
    });
    return () => {
      cancelled = true;
      cancel();
    };
  }
}

/**
 * Time for claims only, many times faster: a claim is renewed after 10 minutes of activity, which no owner reaches in
 * a world where something breaks every few seconds.
 */
export class HurriedClock implements Clock {
  private readonly startMs: number;

  constructor(
    private readonly clock: Clock,
    private readonly factor: number,
  ) {
    this.startMs = clock.now();
  }

  now(): number {
    return this.startMs + (this.clock.now() - this.startMs) * this.factor;
  }

  after(ms: number, run: () => void): () => void {
    return this.clock.after(ms, run);
  }
}
