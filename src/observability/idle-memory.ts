import type { Clock } from '../domain/kernel/clock.js';
import { eventLoopUtilization } from './event-loop-utilization.js';
import { Repeater } from './repeater.js';

const LOOK_EVERY_MS = 5_000;
/** Looks in a row that have to find the process idle: 10 s, so that the pauses between two loads cost nothing. */
const IDLE_LOOKS = 2;
/** Part of the time in which the event loop worked. */
const IDLE_UTILIZATION_MAX = 0.05;
/** Less is not worth the pause. */
const GROWN_BYTES_MIN = 48 * 1024 * 1024;

/** What is asked of the process, and done to it. */
export interface ProcessMemory {
  /** Part of the time since the last question in which the event loop worked, 0..1. */
  utilization(): number;
  /** Resident set of the process. */
  bytes(): number;
  /** Collects garbage and gives free pages back; holds the event loop for 0.1 to 0.2 s. */
  release(): Promise<void>;
}

/**
 * Gives back what a load has left behind, once the process has nothing to do. V8 collects when somebody allocates and
 * keeps the pages: without this an idle process would stay as large as its busiest second was.
 */
export class IdleMemory {
  private readonly repeater: Repeater;
  private idleLooks = 0;
  /** The least that was resident since the last release: pages go behind it, so right after it too much is seen. */
  private leftBytes = 0;

  constructor(
    private readonly memory: ProcessMemory,
    clock: Clock,
    onError: (error: unknown) => void,
  ) {
    this.repeater = new Repeater(clock, LOOK_EVERY_MS, () => this.look(), onError);
  }

  stop(): Promise<void> {
    return this.repeater.stop();
  }

  private async look(): Promise<void> {
    this.idleLooks = this.memory.utilization() <= IDLE_UTILIZATION_MAX ? this.idleLooks + 1 : 0;
    const bytes = this.memory.bytes();
    this.leftBytes = Math.min(this.leftBytes, bytes);
    if (this.idleLooks < IDLE_LOOKS || bytes < this.leftBytes + GROWN_BYTES_MIN) return;
    await this.memory.release();
    this.leftBytes = this.memory.bytes();
  }
}

/** null: this process was not started with `--expose-gc`, its memory is V8's own affair. */
export const processMemory = (): ProcessMemory | null => {
  const { gc } = globalThis;
  if (gc === undefined) return null;
  return {
    utilization: eventLoopUtilization(),
    bytes: () => process.memoryUsage.rss(),
    // An ordinary collection frees as much, but keeps the pages.
    release: () => gc({ type: 'major', execution: 'async', flavor: 'last-resort' }),
  };
};
