import { LRUCache } from 'lru-cache';
import { RECENT_MS } from '../domain/answers/memory.js';
import type { Clock } from '../domain/kernel/clock.js';
import { ApiError } from './api-error.js';
import { Unavailable } from './outcomes.js';
import type { RequestKey } from './request-key.js';

/** Requests that wait for the one before them, over all keys: more is no client in good faith. */
const WAITING_MAX = 1_000;
const UNANSWERED_MAX = 10_000;
const RETRY_AFTER_S = 1;

/**
 * One command per key at a time in this process: replies are told apart by command id alone, and two requests under
 * one key have the same. Across processes the decider puts them in order.
 */
export class KeyTurns {
  private readonly taken = new Map<string, Promise<unknown>>();
  /** Fingerprints of what was given up unanswered: its reply may still come, and must not answer another request. */
  private readonly unanswered: LRUCache<string, string>;
  private waiting = 0;

  /** @param options `waitMs`: how long a request waits for its turn */
  constructor(private readonly options: { readonly clock: Clock; readonly waitMs: number }) {
    const perf = { now: () => options.clock.now() };
    this.unanswered = new LRUCache({ max: UNANSWERED_MAX, ttl: RECENT_MS, ttlResolution: 0, perf });
  }

  /** @throws ApiError IDEMPOTENCY_IN_PROGRESS when the wait ends before the turn comes */
  async take<T>(key: RequestKey, run: () => Promise<T>): Promise<T> {
    const deadlineMs = this.options.clock.now() + this.options.waitMs;
    for (let other = this.taken.get(key.id); other !== undefined; other = this.taken.get(key.id)) {
      await this.outlast(other, deadlineMs);
    }
    const open = this.unanswered.get(key.id);
    if (open !== undefined && open !== key.fingerprint) throw inProgress();
    const running = this.watched(key, run);
    // Whoever waits goes on when the key is free again, not before.
    const freed = running.then(
      () => this.taken.delete(key.id),
      () => this.taken.delete(key.id),
    );
    this.taken.set(key.id, freed);
    return running;
  }

  private async watched<T>({ id, fingerprint }: RequestKey, run: () => Promise<T>): Promise<T> {
    try {
      const result = await run();
      this.unanswered.delete(id);
      return result;
    } catch (error) {
      if (error instanceof Unavailable && error.reason === 'no_answer') this.unanswered.set(id, fingerprint);
      throw error;
    }
  }

  private async outlast(other: Promise<unknown>, deadlineMs: number): Promise<void> {
    if (this.waiting >= WAITING_MAX) throw inProgress();
    const { clock } = this.options;
    this.waiting++;
    try {
      await new Promise<void>((resolve, reject) => {
        const cancel = clock.after(Math.max(0, deadlineMs - clock.now()), () => reject(inProgress()));
        void other.then(() => {
          cancel();
          resolve();
        });
      });
    } finally {
      this.waiting--;
    }
  }
}

const inProgress = (): ApiError =>
  new ApiError({
    code: 'IDEMPOTENCY_IN_PROGRESS',
    reason: 'idempotency_key_in_use',
    message: 'The first request with this Idempotency-Key is still running',
    headers: { 'retry-after': String(RETRY_AFTER_S) },
  });
