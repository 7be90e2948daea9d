/** What is left of a rate per second; refilled continuously, never above one second's worth (at least one call). */
export interface TokenBucket {
  readonly tokens: number;
  readonly atMs: number;
}

export const fullBucket = (nowMs: number): TokenBucket => ({ tokens: Number.POSITIVE_INFINITY, atMs: nowMs });

export type Take =
  { readonly kind: 'taken'; readonly bucket: TokenBucket } | { readonly kind: 'wait'; readonly waitMs: number };

/** Takes one token at `perSecond`, or says how long to wait for it. */
export const take = (bucket: TokenBucket, perSecond: number, nowMs: number): Take => {
  const refilled = bucket.tokens + (Math.max(0, nowMs - bucket.atMs) * perSecond) / 1000;
  const tokens = Math.min(refilled, Math.max(1, perSecond));
  if (tokens >= 1) return { kind: 'taken', bucket: { tokens: tokens - 1, atMs: nowMs } };
  return { kind: 'wait', waitMs: Math.ceil(((1 - tokens) * 1000) / perSecond) };
};

/** Each live process enforces its part of a rate that the vendor counts over all of them. */
export const shareOf = (perSecond: number, liveProcesses: number): number => perSecond / Math.max(1, liveProcesses);
