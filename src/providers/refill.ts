import type { Clock } from '../domain/kernel/clock.js';
import type { Logger } from '../observability/logger.js';
import type { Answerer } from './answerer.js';
import { ABANDON_AFTER_MS } from './attempt-runner.js';
import type { AttemptQueue } from './attempt-queue.js';
import type { AttemptWindow } from './attempt-window.js';
import { keyOf, type AnsweredAttempt, type HeldAttempt } from './attempt.js';
import { Repeater } from '../observability/repeater.js';

export interface RefillOptions {
  readonly queue: AttemptQueue;
  readonly window: AttemptWindow;
  readonly answerer: Answerer;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly accept: (rows: readonly HeldAttempt[]) => void;
}

/** Rows that nobody here knows of (another process parked or lost them) wait at most so long. */
export const LOOK_EVERY_MS = 1_000;
const LOOKS_PER_UNKNOWN = 5;
const RESENDS_PER_LOOK_MAX = 500;
/** Timers fire a little early; the row must be due by then. */
const DUE_MARGIN_MS = 2;

/** Brings due rows of the table into memory, lane by lane, as room allows, and sends stored answers again. */
export class Refill {
  private pulling = false;
  private again = false;
  private looks = 0;
  private closed = false;
  private timer: { readonly atMs: number; readonly cancel: () => void } | null = null;

  constructor(private readonly options: RefillOptions) {}

  start(): Repeater {
    const { clock, logger } = this.options;
    return new Repeater(
      clock,
      LOOK_EVERY_MS,
      () => this.look(),
      (error) => logger.error({ err: error }, 'looking for due attempts failed, it is tried again'),
    );
  }

  close(): void {
    this.closed = true;
    this.timer?.cancel();
  }

  /** A row will be due in so many ms: looks for it then. */
  dueIn(delayMs: number): void {
    const atMs = this.options.clock.now() + delayMs + DUE_MARGIN_MS;
    if (this.closed || (this.timer !== null && this.timer.atMs <= atMs)) return;
    this.timer?.cancel();
    const cancel = this.options.clock.after(delayMs + DUE_MARGIN_MS, () => {
      this.timer = null;
      this.wake();
    });
    this.timer = { atMs, cancel };
  }

  /** An attempt left the memory. */
  roomMade(): void {
    if (this.options.window.rooms(false).size > 0) this.wake();
  }

  private wake(): void {
    this.again = true;
    if (this.pulling || this.closed) return;
    this.pulling = true;
    this.pullUntilCalm()
      .catch((error: unknown) => this.options.logger.error({ err: error }, 'taking due attempts failed'))
      .finally(() => {
        this.pulling = false;
      });
  }

  private async pullUntilCalm(): Promise<void> {
    while (this.again && !this.closed) {
      this.again = false;
      await this.pull();
    }
  }

  private async pull(): Promise<void> {
    const { window, queue, accept } = this.options;
    const rooms = window.rooms(true);
    if (rooms.size === 0) return;
    const rows = await queue.takeDue(rooms);
    window.taken(rooms, rows);
    if (rows.length > 0) accept(rows);
  }

  private async look(): Promise<void> {
    this.wake();
    await this.resend();
    if (this.looks++ % LOOKS_PER_UNKNOWN === 0) await this.pullUnknown();
  }

  private async pullUnknown(): Promise<void> {
    const { window, queue, accept } = this.options;
    const rows = await queue.takeUnknown(window.providers, window.roomForUnknown);
    if (rows.length > 0) accept(rows);
  }

  private async resend(): Promise<void> {
    const { queue, clock } = this.options;
    const answered = await queue.takeAnswered(RESENDS_PER_LOOK_MAX);
    if (answered.length === 0) return;
    const isLost = ({ deadlineMs }: AnsweredAttempt): boolean => clock.now() >= deadlineMs + ABANDON_AFTER_MS;
    await this.abandon(answered.filter(isLost));
    await Promise.all(answered.filter((attempt) => !isLost(attempt)).map((attempt) => this.sendAgain(attempt)));
  }

  private async sendAgain(attempt: AnsweredAttempt): Promise<void> {
    const name = keyOf(attempt.answer);
    this.options.logger.info({ attempt: name }, 'answer sent again: it was not read back in time');
    try {
      await this.options.answerer.send(attempt);
    } catch (error) {
      this.options.logger.warn({ err: error, attempt: name }, 'answer not sent, it stays in the table');
    }
  }

  private async abandon(lost: readonly AnsweredAttempt[]): Promise<void> {
    if (lost.length === 0) return;
    const names = lost.map(({ answer }) => keyOf(answer));
    this.options.logger.error({ attempts: names }, 'the log never took these answers: they are dropped');
    await this.options.queue.abandon(lost.map(({ answer }) => answer));
  }
}
