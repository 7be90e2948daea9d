import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import type { LoadResult } from '../load/load-result.js';
import { failuresOf } from '../load/load-result.js';
import { cpuSecondsOf } from './processes.js';

const POLL_MS = 200;
const DRAIN_MS = 300_000;
const QUIET_WINDOW_MS = 300;
/** Of a core, all of them together: servers with nothing to do use a little. */
const QUIET_PART = 0.15;
const QUIET_WINDOWS_MAX = 100;

/** Counts what the service has accepted, and waits until the read model shows all of it as ended. */
export class Books {
  private accepted = 0;
  /** Answered by an error: they may have been accepted all the same. */
  private doubtful = 0;

  constructor(private readonly sql: pg.Pool) {}

  /** Enrichments that were accepted so far. */
  get stored(): number {
    return this.accepted;
  }

  note(result: LoadResult): void {
    this.accepted += result.answered;
    this.doubtful += failuresOf(result);
  }

  /** @throws Error when an accepted one is missing, or one too many is there */
  async drained(): Promise<void> {
    const endMs = Date.now() + DRAIN_MS;
    for (;;) {
      const { all, pending } = await this.counts();
      if (pending === 0 && all >= this.accepted) return this.reconcile(all);
      if (Date.now() > endMs) {
        throw new Error(`${this.accepted} were accepted, the read model shows ${all}, ${pending} of them pending`);
      }
      await sleep(POLL_MS);
    }
  }

  /**
   * What `drained` waits for, as one look. Rows are counted only when no credits are set aside any more: asked for while
   * others are measured, counting all that is stored would take more of Postgres than they do.
   */
  async hasEnded(): Promise<boolean> {
    const { rows } = await this.sql.query('select 1 from credit_accounts where reserved > 0 limit 1');
    if (rows.length > 0) return false;
    const { all, pending } = await this.counts();
    return pending === 0 && all >= this.accepted;
  }

  private reconcile(all: number): void {
    if (all > this.accepted + this.doubtful)
      throw new Error(`${all} enrichments exist, ${this.accepted} were accepted`);
    this.accepted = all;
    this.doubtful = 0;
  }

  private async counts(): Promise<{ readonly all: number; readonly pending: number }> {
    const { rows } = await this.sql.query<{ all: number; pending: number }>(
      `select count(*)::int as all, count(*) filter (where status = 'pending')::int as pending from enrichments`,
    );
    return rows[0] ?? { all: 0, pending: 0 };
  }
}

/** Waits until none of the processes has anything left to do: the next contender gets the machine for itself. */
export const untilQuiet = async (pids: readonly number[]): Promise<void> => {
  const used = (): number => pids.reduce((sum, pid) => sum + cpuSecondsOf(pid), 0);
  for (let window = 0; window < QUIET_WINDOWS_MAX; window += 1) {
    const before = used();
    await sleep(QUIET_WINDOW_MS);
    if ((used() - before) / (QUIET_WINDOW_MS / 1000) <= QUIET_PART) return;
  }
};

/** So that no contender pays for the rows of the one before it. */
export const tidy = async (sql: pg.Pool): Promise<void> => {
  await sql.query('vacuum (analyze)');
  await sql.query('checkpoint');
};
