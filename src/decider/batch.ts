import type { Command } from '../domain/command.js';
import type { Answer } from '../domain/decision.js';
import { invariant } from '../domain/kernel/errors.js';
import type { OrgId } from '../domain/kernel/ids.js';
import type { StreamState } from '../domain/state.js';
import type { StreamKey } from '../domain/streams.js';
import type { StoredEvent } from '../events/event.js';
import type { CommandUnreadable } from '../log/command-codec.js';
import type { DeadCommand } from '../log/dead-letters.js';
import type { LogRecord } from '../log/log.js';
import type { PendingEvent } from '../log/partition-writer.js';
import type { Unwritable } from './command-decider.js';
import type { DecidedCommand } from './decided-command.js';
import { Overlay, type KnowingReader } from './overlay.js';

/** How much goes into one append. */
export interface BatchBounds {
  readonly commands: number;
  /** Encoded; a single command above is refused. */
  readonly bytes: number;
  /** What the log said to this very command, when it was tried alone. */
  readonly because?: Unwritable;
}

/** Decisions that go into the log as one append. State stays on an overlay until the append is confirmed. */
export class Batch {
  readonly pending: PendingEvent[] = [];
  readonly answers: { readonly command: Command; readonly answer: Answer }[] = [];
  readonly deadLetters: DeadCommand[] = [];
  /** Commands covered, readable or not. */
  commands = 0;
  bytes = 0;
  /** Tagged with the index of the event that made the change. */
  private readonly changes: Overlay<number>;
  /** Commands since the last event. */
  private silent = 0;
  private last: Covered | null = null;

  constructor(
    private readonly partition: number,
    base: KnowingReader,
    /** Time of the last event, epoch ms. */
    private timeMs: number,
  ) {
    this.changes = new Overlay(base);
  }

  /** As it will be when the batch counts. */
  get state(): KnowingReader {
    return this.changes;
  }

  /** The time of a command: its broker's, but never earlier than what has been decided before it. */
  timeOf(record: LogRecord): number {
    return Math.max(record.timestampMs, this.timeMs);
  }

  addDecided(record: LogRecord, command: Command, decided: DecidedCommand & { readonly bytes: number }): void {
    this.bytes += decided.bytes;
    decided.changes.forEach((changes, index) => this.changes.put(changes, this.pending.length + index));
    this.pending.push(...decided.events);
    this.answers.push({ command, answer: decided.answer });
    if (decided.error !== null) this.deadLetters.push({ record, partition: this.partition, error: decided.error });
    this.cover(record, { commandId: command.id, correlationId: command.correlationId }, decided.events.length);
  }

  addUnreadable(record: LogRecord, error: CommandUnreadable): void {
    const { commandId } = error.remains;
    this.deadLetters.push({ record, partition: this.partition, error });
    this.cover(record, { commandId, correlationId: commandId }, 0);
  }

  /**
   * Completes the batch: its last record stands for its last command, so that every answered batch has a record even
   * if nothing changed (DESIGN §2.2), and resuming never meets an unreadable command again.
   */
  close(): void {
    if (this.last === null || this.silent === 0) return;
    const place = `partition/${this.partition}`;
    this.pending.push({
      type: 'BatchDecided',
      subject: place,
      data: { commands: this.silent },
      orgId: place as OrgId, // Of no org: keyed like the claims of the partition.
      timeMs: this.timeMs,
      dataJson: undefined,
      ...this.last,
    });
  }

  /** The new states of the streams, with the events behind them as they stand in the log. */
  *changesAfter(events: readonly StoredEvent[]): Generator<readonly [StreamKey, StreamState, StoredEvent]> {
    for (const { key, state, tag } of this.changes.changes()) {
      const event = events[tag];
      invariant(event !== undefined, `event ${tag} of ${events.length} is missing in the log`);
      yield [key, state, event];
    }
  }

  private cover(record: LogRecord, ids: Omit<Covered, 'commandOffset'>, events: number): void {
    this.timeMs = this.timeOf(record);
    this.last = { commandOffset: record.offset, ...ids };
    this.commands += 1;
    this.silent = events === 0 ? this.silent + 1 : 0;
  }
}

type Covered = Pick<PendingEvent, 'commandOffset' | 'commandId' | 'correlationId'>;
