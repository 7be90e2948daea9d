import { statement, type Sql } from '../db/database.js';
import type { Clock } from '../domain/kernel/clock.js';

const LOAD = statement('load_positions', 'select partition, "offset" from projection_checkpoints');

/** How often the table is looked at while somebody waits for what another process projects. */
const POLL_MS = 10;
/** More than this many waits at once are answered "not there yet" at once. */
const WAITERS_MAX = 10_000;
const NOTHING_PROJECTED = -1n;

interface Waiter {
  readonly partition: number;
  readonly offset: bigint;
  readonly settle: (reached: boolean | Error) => void;
}

/**
 * How far the read models are, per partition, for reads that must see a write (DESIGN §4, API X-11). The projector
 * of this process reports what it stores; for partitions of other processes the table is polled while anyone waits.
 */
export class Positions {
  private readonly reached = new Map<number, bigint>();
  private readonly waiters = new Set<Waiter>();
  private polling = false;

  constructor(private readonly options: { readonly sql: Sql; readonly clock: Clock }) {}

  /** The offset of the last record that the read models have passed; -1 when none. */
  async current(partition: number): Promise<bigint> {
    await this.refresh();
    return this.reached.get(partition) ?? NOTHING_PROJECTED;
  }

  /** Called after the commit of every batch. */
  passed(partition: number, offset: bigint): void {
    this.reached.set(partition, offset);
    for (const waiter of this.waiters) {
      if (waiter.partition === partition && waiter.offset <= offset) waiter.settle(true);
    }
  }

  /** Resolves with true as soon as the read models hold everything up to `offset`, with false after `timeoutMs`. */
  waitFor(partition: number, offset: bigint, timeoutMs: number): Promise<boolean> {
    const known = this.reached.get(partition);
    if (known !== undefined && known >= offset) return Promise.resolve(true);
    if (this.waiters.size >= WAITERS_MAX) return Promise.resolve(false);
    return new Promise((resolve, reject) => {
      const cancelTimeout = this.options.clock.after(timeoutMs, () => settle(false));
      const settle = (reached: boolean | Error): void => {
        if (!this.waiters.delete(waiter)) return;
        cancelTimeout();
        if (reached instanceof Error) reject(reached);
        else resolve(reached);
      };
      const waiter: Waiter = { partition, offset, settle };
      this.waiters.add(waiter);
      // A partition heard of before is most likely projected here: its report will come by itself.
      this.poll(known === undefined ? 0 : POLL_MS);
    });
  }

  private poll(delayMs: number): void {
    if (this.polling) return;
    this.polling = true;
    this.options.clock.after(delayMs, () => void this.pollOnce());
  }

  private async pollOnce(): Promise<void> {
    try {
      if (this.waiters.size > 0) await this.refresh();
    } catch (error) {
      for (const waiter of this.waiters) waiter.settle(error instanceof Error ? error : new Error(String(error)));
    }
    this.polling = false;
    if (this.waiters.size > 0) this.poll(POLL_MS);
  }

  private async refresh(): Promise<void> {
    const rows = await this.options.sql.query<{ partition: number; offset: string }>(LOAD);
    for (const { partition, offset } of rows) this.passed(partition, BigInt(offset));
  }
}
