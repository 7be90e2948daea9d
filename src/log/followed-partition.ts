import type { StoredEvent } from '../events/event.js';
import { sleep } from '../observability/clock.js';
import { checkpointOf, fenceAt, passRecords, type FenceState, type PassedRecords } from './fence.js';
import type { EventBatch, EventFollowerOptions } from './follower-options.js';
import type { LogRecord, Subscription } from './log.js';
import { verifyCheckpoint } from './restore.js';

const BATCH_RECORDS_MAX = 1_000;
/** Records read between two looks at the event loop: half a millisecond. */
const RECORDS_AT_ONCE = 50;
/** What fails at the role's database is tried this often, 0.1 s, 0.2 s, 0.4 s … apart; 6 s in all. */
const TRIES_MAX = 7;
const FIRST_PAUSE_MS = 100;

export interface PartitionStatus {
  readonly partition: number;
  /** Has passed what stood in the log when it started here. */
  readonly caughtUp: boolean;
  /** Offset to read next. */
  readonly position: bigint;
}

/** One partition of a follower: finds its position, passes records, and finds it again when somebody else moved it. */
export class FollowedPartition {
  #fence: FenceState = fenceAt(null);
  /** The log's end as it was when the position was found; null before. */
  #endAtStart: bigint | null = null;
  /** False while the position is being found or given up: records that still arrive belong to an old one. */
  #isPositioned = false;
  #isHeld = false;
  /** Finding and giving up a position, strictly one after the other, however fast assignments change. */
  #turns: Promise<void> = Promise.resolve();

  constructor(
    private readonly options: EventFollowerOptions,
    private readonly subscription: Subscription,
    readonly partition: number,
  ) {}

  status(): PartitionStatus {
    const end = this.#endAtStart;
    return { partition: this.partition, caughtUp: end !== null && this.#fence.next >= end, position: this.#fence.next };
  }

  get isHeld(): boolean {
    return this.#isHeld;
  }

  /** The group gave us the partition. */
  take(): void {
    this.#isHeld = true;
    this.#position();
  }

  /** The group took it away. Afterwards no handler call for the partition runs or will start. */
  async release(): Promise<void> {
    this.#isHeld = false;
    this.#isPositioned = false;
    this.#turn(() => this.subscription.remove(this.partition));
    await this.#turns;
  }

  /** Goes to the stored checkpoint, whose record has to be there still. */
  #position(): void {
    this.#isPositioned = false;
    this.#turn(async () => {
      await this.subscription.remove(this.partition);
      const { log, topics, checkpoints } = this.options;
      const { partition } = this;
      const checkpoint = await this.#repeated(() => checkpoints.load(partition), {
        failed: 'a position was not loaded',
        isWanted: () => this.#isHeld,
        otherwise: null,
      });
      if (!this.#isHeld) return;
      if (checkpoint !== null) await verifyCheckpoint({ log, topic: topics.events, partition }, checkpoint);
      const { end } = await log.range(topics.events, partition);
      if (!this.#isHeld) return;
      this.#fence = fenceAt(checkpoint);
      this.#endAtStart = end;
      this.#isPositioned = true;
      this.subscription.add(partition, this.#fence.next);
    });
  }

  #turn(run: () => Promise<void>): void {
    this.#turns = this.#turns.then(run).catch((error: Error) => this.options.onFatal(error));
  }

  /** @throws LogCorrupted | UnknownEventType | whatever the handler threw last */
  async receive(records: readonly LogRecord[]): Promise<void> {
    const max = this.options.batchMax ?? BATCH_RECORDS_MAX;
    for (let from = 0; from < records.length && this.#isPositioned; from += max) {
      await this.#pass(records.slice(from, from + max));
    }
  }

  async #pass(records: readonly LogRecord[]): Promise<void> {
    const { partition } = this;
    const passed = await this.#read(records);
    if (passed === null) return;
    const { fence, events } = passed;
    const checkpoint = checkpointOf(partition, fence);
    const previous = checkpointOf(partition, this.#fence);
    // Before the first claim there is nothing that counts and nothing that a checkpoint could recognize.
    const outcome = checkpoint === null ? 'stored' : await this.#handle({ partition, events, previous, checkpoint });
    if (outcome === 'stored') this.#fence = fence;
    else if (this.#isHeld) this.#position();
  }

  /**
   * In slices; null when the position was given up meanwhile. It cannot have been found again: that waits until the
   * records of the old one are through (`remove`).
   */
  async #read(records: readonly LogRecord[]): Promise<PassedRecords | null> {
    const { slices } = this.options;
    const events: StoredEvent[] = [];
    let fence = this.#fence;
    for (let from = 0; from < records.length; from += RECORDS_AT_ONCE) {
      if (slices.areOver) await slices.breathe();
      if (!this.#isPositioned) return null;
      const passed = passRecords(fence, records.slice(from, from + RECORDS_AT_ONCE), this.partition);
      fence = passed.fence;
      events.push(...passed.events);
    }
    return { fence, events };
  }

  /** The handler stores by compare-and-set, so a try after one that did store answers `moved`. */
  #handle(batch: EventBatch): Promise<'stored' | 'moved'> {
    return this.#repeated(() => this.options.handle(batch), {
      failed: 'a batch of events was not stored',
      isWanted: () => this.#isPositioned,
      otherwise: 'moved',
    });
  }

  /** Repeats a failed call, as long as it is wanted. @throws whatever the call threw last */
  async #repeated<T>(call: () => Promise<T>, repetition: Repetition<T>): Promise<T> {
    const { clock, logger, group } = this.options;
    for (let tries = 1; ; tries += 1) {
      try {
        return await call();
      } catch (error) {
        if (tries === TRIES_MAX) throw error;
        logger.warn({ err: error, group, partition: this.partition, tries }, repetition.failed);
        await sleep(clock, FIRST_PAUSE_MS * 2 ** (tries - 1));
        if (!repetition.isWanted()) return repetition.otherwise;
      }
    }
  }
}

interface Repetition<T> {
  /** For the log. */
  readonly failed: string;
  readonly isWanted: () => boolean;
  /** The answer when it is not. */
  readonly otherwise: T;
}
