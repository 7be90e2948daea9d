import type { Queued } from './attempt-queue.js';
import type { AttemptWindow } from './attempt-window.js';

/** Decides for the rows of one batch which are leased with their insertion; the others wait in the table. */
export class Admission {
  private readonly admitted = new Map<string, number>();

  /** `delayMs`: how long rows of this batch are left alone; above 0 none is leased. */
  constructor(
    private readonly window: AttemptWindow,
    private readonly delayMs: number,
  ) {}

  /** Rows that nobody leased have to be looked for when the delay is over. */
  get delayed(): boolean {
    return this.delayMs > 0;
  }

  admit<Row extends { readonly provider: string }>(row: Row): Queued<Row> {
    return { row, leased: this.delayMs === 0 && this.takeRoom(row.provider), delayMs: this.delayMs };
  }

  /** Gives the room back; from here on the rows themselves hold it. */
  close(): void {
    for (const [provider, count] of this.admitted) this.window.unreserve(provider, count);
  }

  private takeRoom(provider: string): boolean {
    if (!this.window.reserve(provider)) return false;
    this.admitted.set(provider, (this.admitted.get(provider) ?? 0) + 1);
    return true;
  }
}
