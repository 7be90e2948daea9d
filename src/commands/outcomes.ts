import type { Refusal } from '../domain/kernel/refusal.js';
import type { Position } from './ports.js';

/** The decider said no, and the log says so too. */
export class Refused extends Error {
  override readonly name = 'Refused';
  constructor(
    readonly refusal: Refusal,
    readonly position: Position | null,
    /** As in `Executed`. */
    readonly replayed = false,
  ) {
    super(`${refusal.code}: ${refusal.reason}`);
  }
}

export type UnavailableReason =
  'overloaded' | 'lagging' | 'no_answer' | 'contended' | 'read_model_behind' | 'unreachable';

/**
 * No answer in time, or none can be expected. `overloaded`, `lagging`: nothing was sent; `no_answer`: the outcome is
 * unknown, and the same command may be repeated (API X-05); `read_model_behind`, `unreachable`: nothing was asked.
 */
export class Unavailable extends Error {
  override readonly name = 'Unavailable';
  constructor(
    readonly reason: UnavailableReason,
    /** For `Retry-After`, seconds. */
    readonly retryAfterS: number,
    cause?: unknown,
  ) {
    super(reason, { cause });
  }
}
