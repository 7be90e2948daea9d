import type { Instant } from '../kernel/instant.js';
import type { Refusal } from '../kernel/refusal.js';

/** Streams `request/…` and `recent/…`: what a command id was answered, until `expiresAt`. */
export interface RememberedAnswer {
  readonly commandType: string;
  /** As `CommandAnswered` says it (`created`, `existing`, …); null when refused. */
  readonly status: string | null;
  /** null when refused. */
  readonly references: readonly string[] | null;
  readonly refusal: Refusal | null;
  readonly fingerprint: string | null;
  readonly expiresAt: Instant;
}
