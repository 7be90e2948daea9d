/** Waits that double up to a limit, each shortened at random by up to a half so that owners do not move in step. */
export class Backoff {
  private failures = 0;

  constructor(
    private readonly options: {
      readonly firstMs: number;
      readonly maxMs: number;
      /** 0 ≤ x < 1 */
      readonly random: () => number;
    },
  ) {}

  nextMs(): number {
    const { firstMs, maxMs, random } = this.options;
    const fullMs = Math.min(maxMs, firstMs * 2 ** this.failures);
    this.failures = Math.min(this.failures + 1, 30);
    return fullMs * (1 - random() / 2);
  }

  reset(): void {
    this.failures = 0;
  }
}
