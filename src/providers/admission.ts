import type { Queued } from './attempt-queue.js';
import type { AttemptWindow } from './attempt-window.js';

/** Decides for the rows of one batch which are leased with their insertion; the others wait in the table. */
export class Admission {
  private readonly admitted = new Map<string, number>();

  constructor(private readonly window: AttemptWindow) {}

  /** `delayMs`: how long the row is left alone; above 0 it is not leased. */
  admit<Row extends { readonly provider: string }>(row: Row, delayMs: number): Queued<Row> {
    return { row, leased: delayMs === 0 && this.takeRoom(row.provider), delayMs };
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
