import type { Clock } from '../domain/kernel/clock.js';
import type { StoredEvent } from '../events/event.js';
import type { Logger } from '../observability/logger.js';
import type { Checkpoint, CheckpointSource } from './checkpoint.js';
import { FollowedPartition, type PartitionStatus } from './followed-partition.js';
import type { Log, LogRecord, Membership, Subscription, Topics } from './log.js';

/** What a role gets to see of one partition: events that count, in order, each once unless it fails to store them. */
export interface EventBatch {
  readonly partition: number;
  /** Empty when only void and protocol records were passed; the checkpoint advances all the same. */
  readonly events: readonly StoredEvent[];
  /** The position that has to be stored now for `checkpoint` to replace it. */
  readonly previous: Checkpoint | null;
  readonly checkpoint: Checkpoint;
}

/**
 * Stores the batch together with its checkpoint, by compare-and-set against `previous`: `stored`, or `moved` when
 * somebody else has stored another position meanwhile.
 */
export type BatchHandler = (batch: EventBatch) => Promise<'stored' | 'moved'>;

export interface EventFollowerOptions {
  readonly log: Log;
  readonly topics: Topics;
  /** Consumer group; members share the partitions. */
  readonly group: string;
  readonly checkpoints: CheckpointSource;
  readonly handle: BatchHandler;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Called once: the follower cannot go on and has stopped, the process has to stop too (DESIGN §2.3). */
  readonly onFatal: (error: Error) => void;
  /** Records per batch. */
  readonly batchMax?: number;
}

export interface FollowerStatus {
  /** An assignment has arrived. */
  readonly joined: boolean;
  readonly partitions: readonly PartitionStatus[];
}

/** Follows `tributary.events` for one role, under the reader rules, from positions that the role stores with its data. */
export class EventFollower {
  readonly #partitions = new Map<number, FollowedPartition>();
  #membership: Membership | null = null;
  #subscription: Subscription | null = null;
  #joined = false;
  #stopped = false;

  constructor(private readonly options: EventFollowerOptions) {}

  async start(): Promise<void> {
    const { log, topics, group } = this.options;
    this.#subscription = log.subscribe(
      topics.events,
      (partition, records) => this.#receive(partition, records),
      (_, error) => this.#fatal(error),
    );
    this.#membership = await log.join({
      group,
      topic: topics.events,
      held: () => this.#held().map((followed) => followed.partition),
      onAssigned: (partitions) => this.#assigned(partitions),
      onCrashed: (error) => this.#fatal(error),
    });
  }

  /** Resolves when no handler runs any more and the group knows that we have left. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#held().map((followed) => followed.release()));
    await this.#membership?.leave();
    await this.#subscription?.close();
  }

  status(): FollowerStatus {
    return { joined: this.#joined, partitions: this.#held().map((followed) => followed.status()) };
  }

  #held(): readonly FollowedPartition[] {
    return [...this.#partitions.values()].filter((followed) => followed.isHeld);
  }

  /** What is kept goes on undisturbed. */
  #assigned(partitions: readonly number[]): void {
    if (this.#stopped || this.#subscription === null) return;
    for (const followed of this.#held()) if (!partitions.includes(followed.partition)) void followed.release();
    for (const partition of partitions) {
      const followed = this.#followed(partition, this.#subscription);
      if (!followed.isHeld) followed.take();
    }
    this.#joined = true;
  }

  /** One object per partition for good: what it does on release and on taking again must not overlap. */
  #followed(partition: number, subscription: Subscription): FollowedPartition {
    const known = this.#partitions.get(partition);
    if (known !== undefined) return known;
    const onFatal = (error: Error): void => this.#fatal(error);
    const followed = new FollowedPartition({ ...this.options, onFatal }, subscription, partition);
    this.#partitions.set(partition, followed);
    return followed;
  }

  #receive(partition: number, records: readonly LogRecord[]): Promise<void> {
    return this.#partitions.get(partition)?.receive(records) ?? Promise.resolve();
  }

  #fatal(error: Error): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.options.logger.fatal({ err: error, group: this.options.group }, 'event follower cannot go on');
    this.options.onFatal(error);
  }
}
