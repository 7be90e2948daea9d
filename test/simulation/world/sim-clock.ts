import type { Clock } from '../../../src/domain/kernel/clock.js';

interface Timer {
  readonly atMs: number;
  /** Timers of one instant run in the order in which they were set. */
  readonly order: number;
  run: (() => void) | null;
}

const START_MS = Date.UTC(2026, 10, 21);

/** Virtual time with thousands of timers: a binary heap, one timer per step. */
export class SimClock implements Clock {
  private nowMs = START_MS;
  private readonly heap: Timer[] = [];
  private orders = 0;

  now(): number {
    return this.nowMs;
  }

  after(ms: number, run: () => void): () => void {
    const timer: Timer = { atMs: this.nowMs + Math.max(0, Math.ceil(ms)), order: (this.orders += 1), run };
    this.push(timer);
    return () => {
      timer.run = null;
    };
  }

  /** Runs the next timer if it is due by `untilMs`; false when there is none, and then it is `untilMs`. */
  step(untilMs: number): boolean {
    for (;;) {
      const next = this.heap[0];
      if (next === undefined || next.atMs > untilMs) {
        this.nowMs = Math.max(this.nowMs, untilMs);
        return false;
      }
      this.pop();
      if (next.run === null) continue;
      this.nowMs = next.atMs;
      next.run();
      return true;
    }
  }

  private push(timer: Timer): void {
    const { heap } = this;
    let at = heap.push(timer) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(timer, heap[parent] as Timer)) break;
      heap[at] = heap[parent] as Timer;
      at = parent;
    }
    heap[at] = timer;
  }

  private pop(): void {
    const { heap } = this;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      const child = this.earlierChild(at);
      if (child === null || !isBefore(heap[child] as Timer, last)) break;
      heap[at] = heap[child] as Timer;
      at = child;
    }
    heap[at] = last;
  }

  private earlierChild(at: number): number | null {
    const { heap } = this;
    const [left, right] = [heap[2 * at + 1], heap[2 * at + 2]];
    if (left === undefined) return null;
    return right !== undefined && isBefore(right, left) ? 2 * at + 2 : 2 * at + 1;
  }
}

const isBefore = (a: Timer, b: Timer): boolean => a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);

/** Lets everything run that waits for microtasks, or for one turn of the event loop. */
export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
