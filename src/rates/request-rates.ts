import { LRUCache } from 'lru-cache';
import type { Clock } from '../domain/kernel/clock.js';
import { fullBucket, msUntil, tokensIn, wholeTokens, type Rate, type TokenBucket } from './token-bucket.js';

/** What a request counts as: each kind has buckets of its own. */
export type RequestKind = 'write' | 'read' | 'poll';

/** Requests per minute that an org may make, over all processes; 0: as many as it likes. */
export type RateLimits = Readonly<Record<RequestKind, number>>;

export interface RequestRatesOptions {
  readonly limits: RateLimits;
  /** Of an org's limit, what one key or user of it may use; 1..100. */
  readonly keyPercent: number;
  /** Processes that share the limits, this one included. */
  readonly liveProcesses: () => number;
  readonly clock: Clock;
}

/** Who asks: the org, and the key or user it asks with. */
export interface Asker {
  readonly orgId: string;
  readonly createdBy: string;
}

/** One limit as this process enforces it, after the request. */
export interface Quota {
  readonly name: string;
  /** Requests per window; the burst as well. */
  readonly limit: number;
  /** Requests that will be admitted if they come now. */
  readonly remaining: number;
  /** Seconds until all of the limit is there again. */
  readonly resetS: number;
}

export interface Admitted {
  readonly quotas: readonly Quota[];
  /** Until the request would be admitted, ms; 0: it was. */
  readonly waitMs: number;
}

export const WINDOW_S = 60;
/** Two for each kind and asker; one that is forgotten is full, as are all that were idle for a window. */
const BUCKETS_MAX = 50_000;

interface Bucket {
  readonly name: string;
  readonly id: string;
  readonly rate: Rate;
  readonly tokens: number;
}

/** The token buckets of orgs and of their keys: a request takes one token of both, or of none. */
export class RequestRates {
  private readonly buckets: LRUCache<string, TokenBucket>;

  constructor(private readonly options: RequestRatesOptions) {
    const perf = { now: () => options.clock.now() };
    this.buckets = new LRUCache({ max: BUCKETS_MAX, ttl: WINDOW_S * 1000, ttlResolution: 0, perf });
  }

  /** null: requests of the kind are not limited. */
  take(kind: RequestKind, { orgId, createdBy }: Asker): Admitted | null {
    const { limits, keyPercent, clock } = this.options;
    const limit = limits[kind];
    if (limit === 0) return null;
    const nowMs = clock.now();
    const asked = [
      this.look({ name: `org-${kind}s`, id: `${kind} ${orgId}`, limit, nowMs }),
      this.look({
        name: `key-${kind}s`,
        id: `${kind} ${orgId} ${createdBy}`,
        limit: (limit * keyPercent) / 100,
        nowMs,
      }),
    ];
    const waitMs = Math.max(...asked.map(({ tokens, rate }) => msUntil(1, tokens, rate)));
    const left = waitMs > 0 ? asked : asked.map((bucket) => this.taken(bucket, nowMs));
    return { quotas: left.map(quotaOf), waitMs };
  }

  private look(asked: { readonly name: string; readonly id: string; limit: number; readonly nowMs: number }): Bucket {
    const { name, id, limit, nowMs } = asked;
    const burst = Math.max(1, Math.floor(limit / this.options.liveProcesses()));
    const rate = { perSecond: burst / WINDOW_S, burst };
    return { name, id, rate, tokens: tokensIn(this.buckets.get(id) ?? fullBucket(nowMs), rate, nowMs) };
  }

  private taken(bucket: Bucket, nowMs: number): Bucket {
    const tokens = Math.max(0, bucket.tokens - 1);
    this.buckets.set(bucket.id, { tokens, atMs: nowMs });
    return { ...bucket, tokens };
  }
}

const quotaOf = ({ name, rate, tokens }: Bucket): Quota => ({
  name,
  limit: rate.burst,
  remaining: wholeTokens(tokens),
  resetS: Math.ceil(msUntil(rate.burst, tokens, rate) / 1000),
});
