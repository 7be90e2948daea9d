/** Lets one loop sleep until somebody has something for it; a call while it is awake is not lost. */
export class Wake {
  private isSet = false;
  private resolve: (() => void) | null = null;

  set(): void {
    this.isSet = true;
    this.resolve?.();
  }

  /** Resolves at the next `set`, or at once when there was one since the last wait; at the latest after `maxMs`. */
  async wait(maxMs?: number): Promise<void> {
    if (!this.isSet) await this.sleep(maxMs);
    this.isSet = false;
  }

  private sleep(maxMs: number | undefined): Promise<void> {
    return new Promise((resolve) => {
      const timer = maxMs === undefined ? undefined : setTimeout(() => this.resolve?.(), maxMs);
      this.resolve = () => {
        clearTimeout(timer);
        this.resolve = null;
        resolve();
      };
    });
  }
}
