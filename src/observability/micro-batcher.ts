interface Waiting<Item, Result> {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

export interface BatchLimits<Item> {
  readonly itemsMax: number;
  /** With `weightMax`: what items weigh together in one batch, unless a single one is heavier. */
  readonly weightOf?: (item: Item) => number;
  readonly weightMax?: number;
}

/**
 * Collects while one statement is in flight, then runs all that has come as the next one: single when idle, large
 * under load, no timer. The number of waiting items is bounded by those who add.
 */
export class MicroBatcher<Item, Result> {
  private waiting: Waiting<Item, Result>[] = [];
  private running: Promise<void> | null = null;

  /** `run` answers one result per item, in order; when it throws, every item of that batch fails with it. */
  constructor(
    private readonly run: (items: readonly Item[]) => Promise<readonly Result[]>,
    private readonly limits: BatchLimits<Item>,
  ) {}

  /** Items that wait for the batch that is running. */
  get size(): number {
    return this.waiting.length;
  }

  add(item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ item, resolve, reject });
      this.running ??= this.drain();
    });
  }

  /** Resolves when nothing waits and nothing runs. */
  async idle(): Promise<void> {
    while (this.running !== null) await this.running;
  }

  private async drain(): Promise<void> {
    // The rest of this turn of the event loop joins the first batch.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.waiting.length > 0) await this.runBatch(this.waiting.splice(0, this.countOfNext()));
    this.running = null;
  }

  private countOfNext(): number {
    const { itemsMax, weightOf = () => 0, weightMax = 0 } = this.limits;
    let weight = 0;
    const tooMuch = this.waiting.findIndex(({ item }, index) => {
      weight += weightOf(item);
      return index === itemsMax || (index > 0 && weight > weightMax);
    });
    return tooMuch === -1 ? this.waiting.length : tooMuch;
  }

  private async runBatch(batch: readonly Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await this.run(batch.map(({ item }) => item));
      batch.forEach(({ resolve }, index) => resolve(results[index] as Result));
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }
}
