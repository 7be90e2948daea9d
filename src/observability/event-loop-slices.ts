import type { Clock } from '../domain/kernel/clock.js';

/**
 * Work on many items holds the event loop about this long. What else runs in a turn (requests that arrive, rows that are
 * read, garbage collection) comes on top: the bench prints the longest pause.
 */
const SLICE_MS = 5;

/** What work on many items asks between two of them: `if (slices.areOver) await slices.breathe()`. */
export interface Slices {
  /** The event loop has been held for a whole slice. */
  readonly areOver: boolean;
  /** Resolves at once, or when it is over in a later turn of the event loop. */
  breathe(): Promise<void>;
}

/**
 * Shares the event loop between all that works on many items, one for the whole process: whoever asks after the slice
 * is over waits for a later turn of the loop, and each turn lets as many go on as find room in its slice.
 */
export class EventLoopSlices implements Slices {
  private startedMs: number;
  private readonly waiting: (() => void)[] = [];
  private isScheduled = false;

  constructor(
    private readonly clock: Clock,
    /** Calls back in a later turn of the event loop, after I/O. */
    private readonly nextTurn: (run: () => void) => void = setImmediate,
  ) {
    this.startedMs = clock.now();
  }

  get areOver(): boolean {
    const heldMs = this.clock.now() - this.startedMs;
    return heldMs >= SLICE_MS || heldMs < 0; // Negative: the clock was set back.
  }

  breathe(): Promise<void> {
    if (!this.areOver) return AT_ONCE;
    return new Promise((resolve) => {
      this.waiting.push(resolve);
      this.schedule();
    });
  }

  private schedule(): void {
    if (this.isScheduled) return;
    this.isScheduled = true;
    this.nextTurn(() => void this.slice());
  }

  /** A turn for each of them would cost more than what most of them do in it. */
  private async slice(): Promise<void> {
    this.startedMs = this.clock.now();
    do {
      this.waiting.shift()?.();
      await AT_ONCE; // It goes on before the next one is let go.
    } while (this.waiting.length > 0 && !this.areOver);
    this.isScheduled = false;
    if (this.waiting.length > 0) this.schedule();
  }
}

const AT_ONCE = Promise.resolve();

/** For whoever has the event loop to itself: tools, rebuilds, tests. */
export const ENDLESS_SLICE: Slices = { areOver: false, breathe: () => AT_ONCE };

/** `items.map(run)`, an item at a time, with room for everything else in between. */
export const mapInSlices = async <Item, Result>(
  slices: Slices,
  items: readonly Item[],
  run: (item: Item, index: number) => Result | Promise<Result>,
): Promise<Result[]> => {
  const results: Result[] = [];
  for (const [index, item] of items.entries()) {
    if (slices.areOver) await slices.breathe();
    const result = run(item, index);
    results.push(result instanceof Promise ? await result : result);
  }
  return results;
};

/** Runs to the end at once what could stop: for whoever has little of it, or the event loop to itself. */
export const runAtOnce = <Result>(steps: Generator<unknown, Result, void>): Result => {
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
  }
};

/** Runs to the end what stops wherever there may be room for everything else. */
export const runInSlices = async <Result>(slices: Slices, steps: Generator<unknown, Result, void>): Promise<Result> => {
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
    if (slices.areOver) await slices.breathe();
  }
};
