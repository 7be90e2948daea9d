import type { Clock } from '../../../src/domain/kernel/clock.js';
import type { EnrichmentId } from '../../../src/domain/kernel/ids.js';
import { isSameRecord, type Checkpoint, type Move } from '../../../src/log/checkpoint.js';
import type { AnswerData, AnsweredAttempt, AttemptKey, HeldAttempt } from '../../../src/providers/attempt.js';
import {
  LEASE_MS,
  RESEND_FIRST_MS,
  RESEND_MS_MAX,
  type AttemptQueue,
  type Durability,
  type Parked,
  type Queued,
  type QueueChanges,
  type StoredAnswer,
} from '../../../src/providers/attempt-queue.js';

export interface MemoryRow {
  held: HeldAttempt;
  dueMs: number;
  owner: string | null;
  answer: AnswerData | null;
  sends: number;
}

/** The table `attempts` and the positions, shared by all queues of a test. */
export class MemoryTable {
  readonly rows = new Map<EnrichmentId, MemoryRow>();
  readonly checkpoints = new Map<number, Checkpoint>();
}

/** Behaves as PostgresAttemptQueue does (one contract suite runs on both). */
export class MemoryAttemptQueue implements AttemptQueue {
  /** Names of the statements that ran, with their durability where it matters. */
  readonly statements: string[] = [];
  /** Thrown by the next statements of that name. */
  /** Until when the database's word that it has parked is on its way. */
  parkAcknowledged: Promise<void> = Promise.resolve();
  readonly failures = new Map<string, Error[]>();

  constructor(
    readonly table: MemoryTable,
    private readonly owner: string,
    private readonly clock: Clock,
  ) {}

  async apply(changes: QueueChanges): Promise<readonly HeldAttempt[] | 'moved'> {
    this.ran('apply');
    if (!changes.moves.every((move) => this.stands(move))) return 'moved';
    for (const { next } of changes.moves) this.table.checkpoints.set(next.partition, next);
    for (const { enrichmentId, attempt } of changes.ended) {
      const row = this.table.rows.get(enrichmentId);
      if (row !== undefined && row.held.attempt <= attempt) this.table.rows.delete(enrichmentId);
    }
    const held: HeldAttempt[] = [];
    for (const queued of changes.opened) {
      if (this.table.rows.has(queued.row.enrichmentId)) continue;
      held.push(...this.put({ ...queued.row, ...UNTOUCHED }, queued));
    }
    for (const queued of changes.advanced) {
      const before = this.table.rows.get(queued.row.enrichmentId)?.held;
      if (before === undefined || before.attempt >= queued.row.attempt) continue;
      held.push(...this.put({ ...before, ...queued.row, ...UNTOUCHED }, queued));
    }
    return held;
  }

  private stands({ previous, next }: Move): boolean {
    const stored = this.table.checkpoints.get(next.partition);
    return previous === null || stored === undefined
      ? stored === (previous ?? undefined)
      : isSameRecord(stored, previous);
  }

  async takeDue(rooms: ReadonlyMap<string, number>): Promise<readonly HeldAttempt[]> {
    this.ran('takeDue');
    return [...rooms].flatMap(([provider, room]) =>
      this.due((row) => row.held.provider === provider && row.answer === null)
        .slice(0, room)
        .map((row) => this.lease(row)),
    );
  }

  async takeUnknown(known: readonly string[], countMax: number): Promise<readonly HeldAttempt[]> {
    this.ran('takeUnknown');
    return this.due((row) => !known.includes(row.held.provider) && row.answer === null)
      .slice(0, countMax)
      .map((row) => this.lease(row));
  }

  async takeAnswered(countMax: number): Promise<readonly AnsweredAttempt[]> {
    this.ran('takeAnswered');
    return this.due((row) => row.answer !== null)
      .slice(0, countMax)
      .map((row) => {
        row.sends += 1;
        row.dueMs = this.clock.now() + Math.min(RESEND_FIRST_MS * 2 ** row.sends, RESEND_MS_MAX);
        const { orgId, correlationId, deadlineMs } = row.held;
        return { orgId, correlationId, deadlineMs, answer: row.answer as AnswerData };
      });
  }

  async markCalled(keys: readonly AttemptKey[]): Promise<readonly AttemptKey[]> {
    return this.write('markCalled', keys, (row) => {
      row.held = { ...row.held, calls: row.held.calls + 1, startedMs: row.held.startedMs ?? this.clock.now() };
    });
  }

  async storeAnswers(answers: readonly StoredAnswer[], durability: Durability): Promise<readonly AttemptKey[]> {
    return this.write(`storeAnswers ${durability}`, answers, (row, { answer }) => {
      row.answer = answer;
      row.dueMs = this.clock.now() + RESEND_FIRST_MS;
    });
  }

  async park(attempts: readonly Parked[]): Promise<readonly AttemptKey[]> {
    const parked = this.write('park', attempts, (row, { delayMs, startedMs, tries, vendorRef, calls }) => {
      row.owner = null;
      row.dueMs = this.clock.now() + delayMs;
      row.held = { ...row.held, startedMs, tries, vendorRef, calls };
    });
    await this.parkAcknowledged;
    return parked;
  }

  async renew(keys: readonly AttemptKey[]): Promise<readonly AttemptKey[]> {
    return this.write('renew', keys, (row) => {
      row.dueMs = this.clock.now() + LEASE_MS;
    });
  }

  async release(keys: readonly AttemptKey[]): Promise<void> {
    this.write('release', keys, (row) => {
      row.owner = null;
      row.dueMs = this.clock.now();
    });
  }

  async abandon(keys: readonly AttemptKey[]): Promise<void> {
    this.ran('abandon');
    for (const { enrichmentId, attempt } of keys) {
      if (this.table.rows.get(enrichmentId)?.held.attempt === attempt) this.table.rows.delete(enrichmentId);
    }
  }

  private put(held: HeldAttempt, { leased, delayMs }: Queued<unknown>): readonly HeldAttempt[] {
    this.table.rows.set(held.enrichmentId, {
      held,
      dueMs: this.clock.now() + (leased ? LEASE_MS : delayMs),
      owner: leased ? this.owner : null,
      answer: null,
      sends: 0,
    });
    return leased ? [held] : [];
  }

  private due(wanted: (row: MemoryRow) => boolean): readonly MemoryRow[] {
    return [...this.table.rows.values()]
      .filter((row) => row.dueMs <= this.clock.now() && wanted(row))
      .sort((left, right) => left.dueMs - right.dueMs);
  }

  private lease(row: MemoryRow): HeldAttempt {
    row.owner = this.owner;
    row.dueMs = this.clock.now() + LEASE_MS;
    return row.held;
  }

  private write<Item extends AttemptKey>(
    name: string,
    items: readonly Item[],
    change: (row: MemoryRow, item: Item) => void,
  ): readonly AttemptKey[] {
    this.ran(name);
    return items.flatMap((item) => {
      const row = this.table.rows.get(item.enrichmentId);
      const ours = row?.held.attempt === item.attempt && row.owner === this.owner && row.answer === null;
      if (row === undefined || !ours) return [];
      change(row, item);
      return [{ enrichmentId: item.enrichmentId, attempt: item.attempt }];
    });
  }

  private ran(name: string): void {
    this.statements.push(name);
    const failure = this.failures.get(name)?.shift();
    if (failure !== undefined) throw failure;
  }
}

const UNTOUCHED = { startedMs: null, calls: 0, tries: 0, vendorRef: null };
