/** What may be taken: `perSecond` on the long run, `burst` (at least one) at once. */
export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

/** What is left of a rate; refilled continuously, never above its burst. */
export interface TokenBucket {
  readonly tokens: number;
  readonly atMs: number;
}

export const fullBucket = (nowMs: number): TokenBucket => ({ tokens: Number.POSITIVE_INFINITY, atMs: nowMs });

/** Sums of fractions lose some. A token that lacks no more than this is whole: who waits as long as told gets it. */
const LOST_IN_SUMS = 1e-6;

/** Tokens that are there now. A clock that goes back gives nothing away. */
export const tokensIn = (bucket: TokenBucket, { perSecond, burst }: Rate, nowMs: number): number => {
  const refilled = bucket.tokens + (Math.max(0, nowMs - bucket.atMs) * perSecond) / 1000;
  return Math.min(refilled, burst);
};

/** Milliseconds until `tokens` have become `wanted`; 0 when they are there. */
export const msUntil = (wanted: number, tokens: number, { perSecond }: Rate): number =>
  tokens >= wanted - LOST_IN_SUMS ? 0 : Math.ceil(((wanted - LOST_IN_SUMS / 2 - tokens) * 1000) / perSecond);

/** Whole tokens. */
export const wholeTokens = (tokens: number): number => Math.max(0, Math.floor(tokens + LOST_IN_SUMS));

export type Take =
  { readonly kind: 'taken'; readonly bucket: TokenBucket } | { readonly kind: 'wait'; readonly waitMs: number };

/** Takes one token, or says how long to wait for it. */
export const take = (bucket: TokenBucket, rate: Rate, nowMs: number): Take => {
  const tokens = tokensIn(bucket, rate, nowMs);
  const waitMs = msUntil(1, tokens, rate);
  if (waitMs > 0) return { kind: 'wait', waitMs };
  return { kind: 'taken', bucket: { tokens: Math.max(0, tokens - 1), atMs: nowMs } };
};
