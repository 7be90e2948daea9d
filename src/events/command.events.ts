import type { RefusalCode } from '../domain/kernel/refusal.js';
import type { Instant } from '../domain/kernel/instant.js';

/** Remembers the answer of a client's command, so that the same command id is answered again and never decided again. */
export interface CommandAnswered {
  readonly commandType: string;
  readonly status: string;
  /** Ids in answer order. */
  readonly references: readonly string[];
  readonly fingerprint: string | null;
  readonly expiresAt: Instant;
}

/** A refusal is a fact: logged before anyone hears of it. `details` hold no personal data. */
export interface CommandRefused {
  readonly commandType: string;
  readonly code: RefusalCode;
  readonly reason: string;
  readonly details: Readonly<Record<string, unknown>> | null;
  readonly fingerprint: string | null;
  /** Until when the refusal is remembered; null for `UNAVAILABLE` and `INTERNAL_ERROR`, which are not. */
  readonly expiresAt: Instant | null;
}

/**
 * Protocol record: a new owner of the partition, or the same one again. Not part of the dense `seq` (DESIGN §2.2).
 * It counts only if `after` is the claim that is current where it stands: a compare-and-set in the log (ADR 0001).
 * What it says about `end` is true whether or not it counts, so a reader may start there.
 */
export interface PartitionClaimed {
  readonly by: string;
  /** The claim that is current at `end`; null: none yet. */
  readonly after: string | null;
  /** The last `seq` that counts before `end`. */
  readonly seq: number;
  /** Up to this offset, not included, its writer had read; decimal. */
  readonly end: string;
}

/** Protocol record with a `seq`: a batch of commands that changed nothing was decided up to its `commandoffset`. */
export interface BatchDecided {
  readonly commands: number;
}
