import type { Clock } from '../domain/kernel/clock.js';

/** Runs `work` again and again, `everyMs` after it has ended; an error is told and does not end it. */
export class Repeater {
  private cancel: (() => void) | null = null;
  private running: Promise<void> = Promise.resolve();
  private stopped = false;

  constructor(
    private readonly clock: Clock,
    private readonly everyMs: number,
    private readonly work: () => Promise<void>,
    private readonly onError: (error: unknown) => void,
  ) {
    this.schedule();
  }

  /** After it resolves, `work` is not running and will not start. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.cancel?.();
    await this.running;
  }

  private schedule(): void {
    if (this.stopped) return;
    this.cancel = this.clock.after(this.everyMs, () => {
      this.running = this.work()
        .catch(this.onError)
        .then(() => this.schedule());
    });
  }
}
