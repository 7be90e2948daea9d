/** What came of one load on one contender. */
export interface LoadResult {
  readonly seconds: number;
  readonly answered: number;
  /** By status, error code, or `cap` (too many in flight). */
  readonly failed: Readonly<Record<string, number>>;
  /** Of what was answered well; closed loop: from sending, open loop: from the scheduled time. */
  readonly latenciesMs: readonly number[];
}

export const failuresOf = ({ failed }: LoadResult): number =>
  Object.values(failed).reduce((sum, count) => sum + count, 0);

export const rateOf = ({ answered, seconds }: LoadResult): number => answered / seconds;

/** Collects while the load runs. */
export class Tally {
  answered = 0;
  readonly failed: Record<string, number> = {};
  readonly latenciesMs: number[] = [];
  private readonly startedMs = performance.now();

  ok(sinceMs: number): void {
    this.answered += 1;
    this.latenciesMs.push(performance.now() - sinceMs);
  }

  fail(why: string): void {
    this.failed[why] = (this.failed[why] ?? 0) + 1;
  }

  result(): LoadResult {
    const { answered, failed, latenciesMs } = this;
    return { seconds: (performance.now() - this.startedMs) / 1000, answered, failed, latenciesMs };
  }
}

export const isWell = (status: number): boolean => status >= 200 && status < 300;

/** The code of a broken connection. */
export const reasonOf = (error: unknown): string =>
  String((error as { code?: unknown }).code ?? (error instanceof Error ? error.message : error));
