import type { Move } from '../log/checkpoint.js';
import type { AnswerData, AnsweredAttempt, AttemptKey, AttemptRow, HeldAttempt } from './attempt.js';
import type { NextAttempt } from './attempt-changes.js';

/** A row that the events ask for; `delayMs`: not looked at before, ignored when the row is leased at once. */
export interface Queued<Row> {
  readonly row: Row;
  readonly leased: boolean;
  readonly delayMs: number;
}

export interface QueueChanges {
  /** Positions of different partitions; one that there is not yet moves alone. */
  readonly moves: readonly Move[];
  readonly opened: readonly Queued<AttemptRow>[];
  readonly advanced: readonly Queued<NextAttempt>[];
  readonly ended: readonly AttemptKey[];
}

/** What to leave in the row when an attempt is put back. */
export interface Parked extends AttemptKey {
  readonly delayMs: number;
  readonly startedMs: number | null;
  readonly tries: number;
  readonly vendorRef: string | null;
  /** Calls that still wait for an answer; 0 when the vendor answered (`retry_later`, `pending`). */
  readonly calls: number;
}

export interface StoredAnswer extends AttemptKey {
  readonly answer: AnswerData;
}

/** `durable`: the commit survives power loss; `relaxed`: losing it costs nothing but a repeated free call. */
export type Durability = 'durable' | 'relaxed';

/**
 * The durable queue of `providers`: one row per enrichment that waits for an answer, holding its open attempt.
 * A row is seen by nobody before `due_at`, which is at once the end of its lease, the wait of a retry, the next
 * poll, and the time of the next sending. All times are the database's, the one clock all processes share.
 * Every method is one statement for any number of attempts; what a method was given and does not name in its
 * answer is no longer ours (another process took it over, or it ended).
 */
export interface AttemptQueue {
  /**
   * One statement: the rows of batches of events together with the positions (compare-and-set).
   * Resolves with the rows that were leased, or 'moved' when one of the stored positions is not `previous`: then
   * nothing is written.
   */
  apply(changes: QueueChanges): Promise<readonly HeldAttempt[] | 'moved'>;
  /** Leases due attempts, the most overdue first, at most `room` for each provider. */
  takeDue(rooms: ReadonlyMap<string, number>): Promise<readonly HeldAttempt[]>;
  /** Leases due attempts of providers that are not in `known`. */
  takeUnknown(known: readonly string[], countMax: number): Promise<readonly HeldAttempt[]>;
  /** Stored answers whose `ProviderResponded` has not been read in time; each taking doubles the next wait. */
  takeAnswered(countMax: number): Promise<readonly AnsweredAttempt[]>;
  /** Before a paid call; survives power loss. */
  markCalled(keys: readonly AttemptKey[]): Promise<readonly AttemptKey[]>;
  storeAnswers(answers: readonly StoredAnswer[], durability: Durability): Promise<readonly AttemptKey[]>;
  /** Puts attempts back until `delayMs` from now and gives up their leases. */
  park(attempts: readonly Parked[]): Promise<readonly AttemptKey[]>;
  renew(keys: readonly AttemptKey[]): Promise<readonly AttemptKey[]>;
  /** Gives up the leases of attempts that were not begun. */
  release(keys: readonly AttemptKey[]): Promise<void>;
  /** Deletes rows that nobody will ever end. */
  abandon(keys: readonly AttemptKey[]): Promise<void>;
}

/** A lease that is not renewed for so long may be taken by another process. */
export const LEASE_MS = 15_000;
export const RENEW_EVERY_MS = 5_000;
/** A stored answer is sent again after this time, then after twice that, and so on. */
export const RESEND_FIRST_MS = 10_000;
export const RESEND_MS_MAX = 300_000;
