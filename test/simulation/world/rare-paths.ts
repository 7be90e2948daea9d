/** Counts what a run has really reached, so that a green run means something. */
export class RarePaths {
  private readonly counts = new Map<string, number>();

  saw(path: string, times = 1): void {
    this.counts.set(path, (this.counts.get(path) ?? 0) + times);
  }

  of(path: string): number {
    return this.counts.get(path) ?? 0;
  }

  add(other: RarePaths): void {
    for (const [path, times] of other.counts) this.saw(path, times);
  }

  get all(): readonly (readonly [path: string, times: number])[] {
    return [...this.counts].toSorted(([a], [b]) => (a < b ? -1 : 1));
  }
}
