/** Jittered exponential waits: first about `firstMs`, doubling up to `maxMs`. */
export interface BackoffLimits {
  readonly firstMs: number;
  readonly maxMs: number;
}

const MIN_SHARE = 0.5;

/** The wait before the given attempt (1, 2, 3 …): 50–100 % of the full step, so that clients do not come in step. */
export const backoffMs = ({ firstMs, maxMs }: BackoffLimits, attempt: number): number => {
  const full = Math.min(maxMs, firstMs * 2 ** (attempt - 1));
  return full * (MIN_SHARE + Math.random() * (1 - MIN_SHARE));
};

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
