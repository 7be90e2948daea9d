import type { BatchHandler, EventBatch, EventFollowerOptions } from './follower-options.js';
import { FollowedPartition, type PartitionStatus } from './followed-partition.js';
import type { LogRecord, Membership, Subscription } from './log.js';

export type { BatchHandler, EventBatch, EventFollowerOptions };

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
      { background: true },
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
