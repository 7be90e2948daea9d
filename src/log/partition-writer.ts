import {
  dataJsonOf,
  encodeClaim,
  encodeEvent,
  envelopeBytesMax,
  storedEventOf,
  wireEventOf,
  type PendingEvent,
  type WireEvent,
} from '../events/codec.js';
import type { StoredEvent } from '../events/event.js';
import type { Clock } from '../domain/kernel/clock.js';
import { invariant } from '../domain/kernel/errors.js';
import { mapInSlices, type Slices } from '../observability/event-loop-slices.js';
import type { Checkpoint } from './checkpoint.js';
import { Fenced, LogWentBack } from './errors.js';
import { validateEvent } from './event-validation.js';
import { checkpointOf, fenceAt, type FenceState } from './fence.js';
import { AppendTooLarge, type Log, type OutgoingRecord, type Topics } from './log.js';
import { passThrough, verifyCheckpoint, type EventsPartition } from './restore.js';
import { resumeAt } from './resume.js';

export type { PendingEvent };

/** The one header of `tributary.events` (DESIGN §2.4). */
const CONTENT_TYPE = 'application/cloudevents+json';
/** A claim is renewed after this much activity, so that a reader who starts in the middle finds one nearby. */
const RENEWAL_MS = 10 * 60_000;

export interface ClaimOptions {
  readonly log: Log;
  readonly topics: Topics;
  readonly partition: number;
  /** The claiming process, for people who read the log. */
  readonly by: string;
  /** A fresh random id at every call: claims are compared by id. */
  readonly newClaim: () => string;
  readonly clock: Clock;
  readonly slices: Slices;
  /** Of the snapshot that the owner restores from; null: from the start of the log. */
  readonly checkpoint: Checkpoint | null;
  /** Confirms that the group still gives us the partition; the claim is appended right after it. */
  readonly membership: () => Promise<void>;
  /** Retention was faster than deciding: alarm. */
  readonly onCommandsLost: (lost: bigint) => void;
}

type Apply = (events: readonly StoredEvent[]) => void | Promise<void>;

export interface Appended {
  readonly events: readonly StoredEvent[];
  /** Offset of the last record of the batch. */
  readonly position: bigint;
}

/**
 * The one writer of an events partition (DESIGN §2.2): `open`, `restore`, `resumeAt`, then `append` one batch at a
 * time. After any error but AppendTooLarge it is given up; the owner claims again with a new one.
 */
export class PartitionWriter {
  #fence: FenceState;
  #state: 'opened' | 'restoring' | 'idle' | 'writing' | 'given-up' = 'opened';
  #renewals = 0;
  #renewedAtMs: number;
  #renewedNext = 0n;
  readonly #events: EventsPartition;

  private constructor(
    private readonly options: ClaimOptions,
    readonly claim: string,
  ) {
    this.#events = { log: options.log, topic: options.topics.events, partition: options.partition };
    this.#fence = fenceAt(options.checkpoint);
    this.#renewedAtMs = options.clock.now();
  }

  /** Takes a claim's id; nothing is written before `restore`. @throws LogWentBack the checkpoint's record is gone */
  static async open(options: ClaimOptions): Promise<PartitionWriter> {
    const { log, topics, partition, checkpoint } = options;
    if (checkpoint !== null) await verifyCheckpoint({ log, topic: topics.events, partition }, checkpoint);
    return new PartitionWriter(options, options.newClaim());
  }

  /** Where the reader rules stand after the last confirmed append. */
  get fence(): FenceState {
    return this.#fence;
  }

  get checkpoint(): Checkpoint {
    const checkpoint = checkpointOf(this.options.partition, this.#fence);
    invariant(checkpoint !== null, 'a writer has no checkpoint before it is restored');
    return checkpoint;
  }

  /**
   * Reads from the checkpoint to the end, claims after the claim that is current there, reads up to and including the
   * own claim, and hands over the events that count.
   * @throws Fenced somebody else claimed first or since; LogWentBack; LogCorrupted; AppendUnknown try again, with jitter
   */
  async restore(apply: Apply): Promise<void> {
    invariant(this.#state === 'opened', 'a writer is restored once');
    await this.#orGiveUp('restoring', async () => {
      await this.#passTo(await this.#end(), apply);
      await this.options.membership();
      const { log, topic, partition } = this.#events;
      const claimedAt = await log.append(topic, partition, [this.#claimRecord(0)]);
      await this.#passTo(claimedAt + 1n, apply);
      this.#requireCurrent();
      // Another owner may have claimed while this one was reading: better to learn it before anything is decided.
      await this.#passBetween(await this.#end());
      this.#renewed();
    });
  }

  async #end(): Promise<bigint> {
    const { log, topic, partition } = this.#events;
    return (await log.range(topic, partition)).end;
  }

  /** @throws CommandsTruncated */
  resumeAt(): Promise<bigint> {
    const { log, topics, partition, onCommandsLost } = this.options;
    return resumeAt({ log, topic: topics.commands, partition, onCommandsLost }, this.#fence);
  }

  /** Upper bound of what the event adds to a batch. */
  encodedBytes(event: PendingEvent): number {
    return Buffer.byteLength(dataJsonOf(event)) + envelopeBytesMax(event, this.claim);
  }

  /**
   * Stamps the events and appends them as one batch. When it resolves they count, and answers may leave.
   * @throws Fenced the batch is void
   * @throws AppendUnknown the batch may or may not count
   * @throws AppendTooLarge | EventInvalid nothing was written, the writer can go on
   */
  async append(events: readonly PendingEvent[]): Promise<Appended> {
    const last = events.at(-1);
    invariant(last !== undefined, 'an append has at least one event');
    const { partition, slices } = this.options;
    const first = this.#fence.seq + 1;
    const records = await mapInSlices(slices, events, (event, index) => this.#record(event, first + index));
    invariant(this.#fence.seq + 1 === first, 'a batch is encoded while another one is appended');
    const base = await this.#write(records);
    const { timeMs, commandOffset, commandId } = last;
    this.#fence = { ...this.#fence, seq: first + events.length - 1, timeMs, commandOffset, commandId };
    const stored = records.map(({ event }, index) =>
      storedEventOf(event, first + index, { partition, offset: base + BigInt(index) }),
    );
    return { events: stored, position: this.#fence.next - 1n };
  }

  /** @throws EventInvalid */
  #record(event: PendingEvent, seq: number): OutgoingRecord & { readonly event: WireEvent } {
    validateEvent(event);
    const stamp = { partition: this.options.partition, claim: this.claim, seq };
    return {
      key: event.orgId,
      value: Buffer.from(encodeEvent(event, stamp)),
      contentType: CONTENT_TYPE,
      event: wireEventOf(event, stamp),
    };
  }

  /**
   * Appends the claim again, under the same id, when the last one lies 10 minutes back. Not while `append` runs.
   * @throws like `append`
   */
  async renewIfDue(): Promise<void> {
    if (this.options.clock.now() - this.#renewedAtMs < RENEWAL_MS || this.#fence.next === this.#renewedNext) return;
    await this.#write([this.#claimRecord(this.#renewals + 1)]);
    this.#renewals += 1;
    this.#renewed();
  }

  #claimRecord(renewal: number): OutgoingRecord {
    const { partition, by, clock } = this.options;
    const { claim: after, seq, next } = this.#fence;
    const data = { by, after, seq, end: String(next) };
    const text = encodeClaim({ partition, claim: this.claim, renewal, timeMs: clock.now(), data });
    return { key: `partition/${partition}`, value: Buffer.from(text), contentType: CONTENT_TYPE };
  }

  #renewed(): void {
    this.#renewedAtMs = this.options.clock.now();
    this.#renewedNext = this.#fence.next;
  }

  /** One append with the base-offset check. Resolves with the offset of the copy that counts. */
  async #write(records: readonly OutgoingRecord[]): Promise<bigint> {
    invariant(this.#state === 'idle', `a writer that is ${this.#state} does not append`);
    return this.#orGiveUp('writing', async () => {
      const { log, topic, partition } = this.#events;
      const base = await log.append(topic, partition, records);
      const between = base === this.#fence.next ? [] : await this.#passBetween(base);
      this.#fence = { ...this.#fence, next: base + BigInt(records.length) };
      // Only our own batch can count here: the client sent it twice, and the first copy wins.
      return between[0]?.offset ?? base;
    });
  }

  /**
   * Passes what others wrote before `end` (void records, our own late duplicates), which makes it clear who owns.
   * @throws Fenced the newest claim is not ours
   */
  async #passBetween(end: bigint): Promise<readonly StoredEvent[]> {
    // Where records of others stand, the own ones before them may have gone, and with them the claim that replaced ours.
    if (end > this.#fence.next) await verifyCheckpoint(this.#events, this.checkpoint);
    const own: StoredEvent[] = [];
    await this.#passTo(end, (events) => void own.push(...events));
    this.#requireCurrent();
    return own;
  }

  /** Passes everything before `end`. @throws LogWentBack the log ends or has ended before what was passed */
  async #passTo(end: bigint, apply: Apply): Promise<void> {
    const { next } = this.#fence;
    if (end < next) {
      throw new LogWentBack(this.#events.partition, `it goes on at offset ${end}, ${next} was expected`);
    }
    this.#fence = await passThrough(this.#events, { fence: this.#fence, last: end - 1n }, apply);
  }

  #requireCurrent(): void {
    if (this.#fence.claim !== this.claim) throw new Fenced(this.#events.partition, this.#fence.claim);
  }

  async #orGiveUp<T>(state: 'restoring' | 'writing', run: () => Promise<T>): Promise<T> {
    this.#state = state;
    try {
      const result = await run();
      this.#state = 'idle';
      return result;
    } catch (error) {
      this.#state = error instanceof AppendTooLarge ? 'idle' : 'given-up';
      throw error;
    }
  }
}
