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

/** Protocol record: a new owner of the partition. Not part of the dense `seq` (DESIGN §2.2). */
export interface PartitionClaimed {
  readonly by: string;
}

/** Protocol record with a `seq`: a batch of commands that changed nothing was decided up to its `commandoffset`. */
export interface BatchDecided {
  readonly commands: number;
}
