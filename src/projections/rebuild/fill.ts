import type { Database } from '../../db/database.js';
import { invariant } from '../../domain/kernel/errors.js';
import type { StoredEvent } from '../../events/event.js';
import type { Checkpoint } from '../../log/checkpoint.js';
import { checkpointOf, fenceAt, type FenceState } from '../../log/fence.js';
import type { Log, Topics } from '../../log/log.js';
import { passThrough } from '../../log/restore.js';
import { foldBatch } from '../batch.js';
import type { IdentityOpener } from '../persons/identities.js';
import { readRowsBefore } from '../rows-before.js';
import { storeBatch, writeRows } from '../store.js';
import { WrittenRows } from '../written-rows.js';

/** Larger batches fold more events into one row; above this the arrays get expensive (performance.md §2.6). */
const BATCH_EVENTS = 3_000;

export interface FillOptions {
  readonly log: Log;
  readonly topics: Topics;
  /** Of the new generation. */
  readonly database: Database;
  readonly identities: IdentityOpener;
  /** After each write: the offset of the last event in it. */
  readonly onWritten: (partition: number, offset: bigint) => void;
}

/** Fills one partition of the new generation from the log, as far as the caller says and no further. */
export class PartitionFill {
  #fence: FenceState = fenceAt(null);
  #checkpoint: Checkpoint | null = null;
  #waiting: StoredEvent[] = [];
  #writing: Promise<void> = Promise.resolve();
  #events = 0;
  /** Nobody else writes to the new generation. */
  readonly #written = new WrittenRows();

  constructor(
    private readonly options: FillOptions,
    readonly partition: number,
  ) {}

  /** Where the generation stands. */
  get checkpoint(): Checkpoint | null {
    return this.#checkpoint;
  }

  /** Offset of the first record that is not in the generation. */
  get next(): bigint {
    return this.#fence.next;
  }

  /** Events written. */
  get events(): number {
    return this.#events;
  }

  /** Passes every record up to and including `last`. @throws LogWentBack the log ends before, or its start is gone */
  async fillTo(last: bigint, mode: 'upsert' | 'fill'): Promise<void> {
    if (last < this.#fence.next) return;
    const { log, topics } = this.options;
    const source = { log, topic: topics.events, partition: this.partition };
    this.#fence = await passThrough(source, { fence: this.#fence, last }, (events) => this.#take(events, mode));
    await this.#writeNext(mode);
    await this.#writing;
    await this.#advance();
  }

  /** The next slice is read and decoded while one batch is being written. */
  async #take(events: readonly StoredEvent[], mode: 'upsert' | 'fill'): Promise<void> {
    for (const event of events) this.#waiting.push(event);
    while (this.#waiting.length >= BATCH_EVENTS) await this.#writeNext(mode);
  }

  async #writeNext(mode: 'upsert' | 'fill'): Promise<void> {
    await this.#writing;
    const events = this.#waiting.splice(0, BATCH_EVENTS);
    this.#writing = this.#write(events, mode);
    // Whoever awaits it next gets the error; until then it is not an unhandled one.
    this.#writing.catch(() => undefined);
  }

  async #write(events: readonly StoredEvent[], mode: 'upsert' | 'fill'): Promise<void> {
    const last = events.at(-1);
    if (last === undefined) return;
    const { database, identities } = this.options;
    const before = await readRowsBefore({ sql: database, identities, written: this.#written }, events);
    const { writes, after } = foldBatch(events, before);
    await writeRows(database, writes, mode);
    this.#written.take(after);
    this.#events += events.length;
    this.options.onWritten(this.partition, last.offset);
  }

  /** Only at the end: a rebuild that breaks off starts again from nothing. */
  async #advance(): Promise<void> {
    const next = checkpointOf(this.partition, this.#fence);
    if (next === null) return;
    const moves = [{ previous: this.#checkpoint, next }];
    const advanced = await storeBatch(this.options.database, [], { moves, expected: null });
    invariant(advanced !== null, `somebody else fills partition ${this.partition} of the new generation`);
    this.#checkpoint = next;
  }
}
