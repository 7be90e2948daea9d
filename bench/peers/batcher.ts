/** Collects what comes while the last batch is written, and writes it as one. */
export class Batcher<Item> {
  private waiting: { readonly item: Item; readonly resolve: () => void; readonly reject: (error: unknown) => void }[] =
    [];
  private running = 0;

  constructor(
    private readonly write: (items: readonly Item[]) => Promise<void>,
    private readonly limits: { readonly itemsMax: number; readonly parallelMax: number },
  ) {}

  /** Resolves when the batch with this item is written. */
  add(item: Item): Promise<void> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ item, resolve, reject });
      if (this.waiting.length === 1) setImmediate(() => this.next());
    });
  }

  private next(): void {
    if (this.waiting.length === 0 || this.running >= this.limits.parallelMax) return;
    const batch = this.waiting.splice(0, this.limits.itemsMax);
    this.running += 1;
    this.write(batch.map(({ item }) => item))
      .then(
        () => batch.forEach(({ resolve }) => resolve()),
        (error: unknown) => batch.forEach(({ reject }) => reject(error)),
      )
      .finally(() => {
        this.running -= 1;
        this.next();
      });
    this.next();
  }
}
