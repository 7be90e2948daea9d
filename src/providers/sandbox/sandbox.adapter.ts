import type { Clock } from '../../domain/kernel/clock.js';
import { instantOf } from '../../domain/kernel/instant.js';
import type { Field } from '../../domain/waterfall/plan.js';
import { sleep } from '../../observability/clock.js';
import type { SealedIdentity } from '../../vault/vault.js';
import type { LookupRequest, Outcome, PendingLookup, ProviderAdapter } from '../provider.js';
import { strongestKeyOf } from './fictional-values.js';
import { magicWordOf } from './magic-words.js';
import { outcomeOf } from './sandbox-mapping.js';
import { replyTo } from './sandbox-reply.js';

/** One sandbox provider (SB-01). */
export interface SandboxProfile {
  readonly id: string;
  /** Price of a hit, as a multiple of the price list; also what it "charges" in its own credits. */
  readonly priceFactor: number;
  /** Part of ordinary persons it knows, 0..1. */
  readonly hitRate: number;
  readonly latencyMs: number;
  /** Answers by a handle that has to be polled. */
  readonly asynchronous: boolean;
}

export const SANDBOX_FAST: SandboxProfile = {
  id: 'sandbox-fast',
  priceFactor: 1,
  hitRate: 0.5,
  latencyMs: 20,
  asynchronous: false,
};
export const SANDBOX_DEEP: SandboxProfile = {
  id: 'sandbox-deep',
  priceFactor: 2,
  hitRate: 0.8,
  latencyMs: 120,
  asynchronous: false,
};
export const SANDBOX_SLOW: SandboxProfile = {
  id: 'sandbox-slow',
  priceFactor: 3,
  hitRate: 0.95,
  latencyMs: 900,
  asynchronous: true,
};

export interface SandboxOptions {
  /** `SANDBOX_SPEED=instant`: no latency; the waits of magic words stay. */
  readonly instant: boolean;
  readonly clock: Clock;
}

const CONCURRENCY = 500;

/** Fictional people found by real code: deterministic, never on the network, free to repeat. */
export class SandboxAdapter implements ProviderAdapter {
  readonly fields: readonly Field[] = ['emails', 'phones'];
  readonly sandbox = true;
  readonly paid = false;
  readonly limits = { concurrency: CONCURRENCY };

  constructor(
    private readonly profile: SandboxProfile,
    private readonly options: SandboxOptions,
  ) {}

  get id(): string {
    return this.profile.id;
  }

  /** Anything that tells a person apart. */
  accepts(_field: Field, identity: SealedIdentity): boolean {
    return strongestKeyOf(identity) !== '@';
  }

  async lookup(request: LookupRequest): Promise<Outcome | PendingLookup> {
    const beganMs = this.options.clock.now();
    const latencyMs = this.options.instant ? 0 : this.profile.latencyMs;
    if (this.profile.asynchronous) return pending(beganMs, latencyMs);
    if (latencyMs > 0) await sleep(this.options.clock, latencyMs);
    return this.answerTo(request, beganMs);
  }

  /** `ref` tells when the lookup began, so that a poll after a restart goes on where it was. */
  poll(ref: string, request: LookupRequest): Promise<Outcome | PendingLookup> {
    return Promise.resolve(this.answerTo(request, Number(ref)));
  }

  private answerTo(request: LookupRequest, beganMs: number): Outcome | PendingLookup {
    const { id, hitRate, priceFactor } = this.profile;
    const nowMs = this.options.clock.now();
    const word = magicWordOf(request.identity);
    const reply = replyTo({ request, word, provider: id, hitRate, waitedMs: nowMs - beganMs });
    const source = { identity: request.identity, provider: id, verifiedAt: instantOf(nowMs), credits: priceFactor };
    const outcome = outcomeOf(reply, request, source);
    return outcome.kind === 'working' ? pending(beganMs, outcome.readyAfterMs) : outcome;
  }
}

const pending = (beganMs: number, pollAfterMs: number): PendingLookup => ({
  kind: 'pending',
  ref: String(beganMs),
  pollAfterMs,
});

export const sandboxAdapters = (options: SandboxOptions): readonly SandboxAdapter[] =>
  [SANDBOX_FAST, SANDBOX_DEEP, SANDBOX_SLOW].map((profile) => new SandboxAdapter(profile, options));
