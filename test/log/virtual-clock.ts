import type { Clock } from '../../src/domain/kernel/clock.js';

/** Time that passes only when a test says so. */
export class VirtualClock implements Clock {
  #nowMs = Date.UTC(2026, 10, 21);
  #timers: { readonly atMs: number; readonly run: () => void }[] = [];

  now(): number {
    return this.#nowMs;
  }

  after(ms: number, run: () => void): () => void {
    const timer = { atMs: this.#nowMs + ms, run };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /** Runs all timers up to `ms` from now, in order, and what follows from them. */
  async pass(ms: number): Promise<void> {
    const untilMs = this.#nowMs + ms;
    for (;;) {
      await settle();
      const due = this.#timers.filter((timer) => timer.atMs <= untilMs).sort((a, b) => a.atMs - b.atMs)[0];
      if (due === undefined) break;
      this.#timers = this.#timers.filter((timer) => timer !== due);
      this.#nowMs = due.atMs;
      due.run();
    }
    this.#nowMs = untilMs;
  }
}

/** Lets everything run that waits for microtasks only. */
export const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
