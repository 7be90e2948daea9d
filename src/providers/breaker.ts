import type { Outcome } from './provider.js';

/** Why a vendor is not called for a while: each stands for every lookup, not for this person. */
export type BreakerReason = 'out_of_credits' | 'bad_credentials' | 'blocked';

/**
 * `closed`: calls pass. `open`: none until `untilMs`. `probing`: one call is out to see whether the vendor is well
 * again; until it answers no other passes. `openedTimes` counts in a row and doubles the pause.
 */
export type Breaker =
  | { readonly kind: 'closed' }
  | {
      readonly kind: 'open';
      readonly reason: BreakerReason;
      readonly untilMs: number;
      readonly openedTimes: number;
    }
  | {
      readonly kind: 'probing';
      readonly reason: BreakerReason;
      readonly sinceMs: number;
      readonly openedTimes: number;
    };

export const CLOSED: Breaker = { kind: 'closed' };
const OPEN_FIRST_MS: Readonly<Record<BreakerReason, number>> = {
  blocked: 60_000,
  out_of_credits: 300_000,
  bad_credentials: 300_000,
};
const OPEN_MS_MAX = 3_600_000;
/** A probe whose answer never came (its lease was lost) does not keep the vendor shut. */
const PROBE_MS_MAX = 120_000;

/** Whether a call may start now, and the breaker after it started. */
export const enter = (breaker: Breaker, nowMs: number): { readonly passes: boolean; readonly breaker: Breaker } => {
  if (breaker.kind === 'closed') return { passes: true, breaker };
  const waits = breaker.kind === 'open' ? nowMs < breaker.untilMs : nowMs < breaker.sinceMs + PROBE_MS_MAX;
  if (waits) return { passes: false, breaker };
  const { reason, openedTimes } = breaker;
  return { passes: true, breaker: { kind: 'probing', reason, sinceMs: nowMs, openedTimes } };
};

/** The breaker after a call came back; `null`: it came back with nothing (timeout), which says nothing about the account. */
export const leave = (breaker: Breaker, outcome: Outcome['kind'] | null, nowMs: number): Breaker => {
  if (outcome !== null && isBreaking(outcome)) return openedBy(breaker, outcome, nowMs);
  if (breaker.kind !== 'probing') return breaker;
  if (outcome === null) return { ...breaker, kind: 'open', untilMs: nowMs + OPEN_FIRST_MS[breaker.reason] };
  return CLOSED;
};

const isBreaking = (outcome: Outcome['kind']): outcome is BreakerReason => Object.hasOwn(OPEN_FIRST_MS, outcome);

const openedBy = (breaker: Breaker, reason: BreakerReason, nowMs: number): Breaker => {
  // Calls that were already out when it opened come back with the same news: that is not a second opening.
  if (breaker.kind === 'open') return breaker;
  const openedTimes = breaker.kind === 'closed' ? 1 : breaker.openedTimes + 1;
  const pauseMs = Math.min(OPEN_FIRST_MS[reason] * 2 ** (openedTimes - 1), OPEN_MS_MAX);
  return { kind: 'open', reason, untilMs: nowMs + pauseMs, openedTimes };
};
