/** After so many `retry_later` in a row the step is given up. */
export const RETRIES_MAX = 4;
const JITTER = 0.2;

/** When to call again, or null when no retry is left or none fits before the step ends. Never earlier than the vendor said. */
export const retryDelayMs = (retry: {
  readonly afterMs: number;
  /** How often the vendor has said so before. */
  readonly tries: number;
  readonly leftMs: number;
  /** 0..1 */
  readonly random: number;
}): number | null => {
  if (retry.tries >= RETRIES_MAX) return null;
  const delayMs = Math.ceil(retry.afterMs * (1 + JITTER * retry.random));
  return delayMs < retry.leftMs ? delayMs : null;
};
