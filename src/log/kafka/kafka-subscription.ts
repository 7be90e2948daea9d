import type { Slices } from '../../observability/event-loop-slices.js';
import type { Logger } from '../../observability/logger.js';
import { OffsetOutOfRange, type LogRange, type RecordSink, type Subscription } from '../log.js';
import { backoffMs, pause } from './backoff.js';
import type { Cluster } from './cluster.js';
import type { FetchedPartition } from './fetch-exchange.js';
import { FetchLoop } from './fetch-loop.js';
import type { Pacing } from './pacing.js';
import { PartitionFeed } from './partition-feed.js';
import { BrokerRefused, ErrorCode } from './protocol.js';
import { decodeRecordSet } from './record-batch.js';
import type { WrittenBatch } from './written-batch.js';

/** A subscription never gives up on a broker. */
const RETRY = { firstMs: 100, maxMs: 2_000 } as const;

export interface SubscriptionOptions {
  readonly topic: string;
  readonly sink: RecordSink;
  readonly onFailed: (partition: number, error: Error) => void;
  /** null: everything is read at once. */
  readonly pacing: Pacing | null;
  readonly slices: Slices;
  /** Its own, so that nobody waits behind its long polls. */
  readonly cluster: Cluster;
  readonly range: (partition: number) => Promise<LogRange>;
  readonly logger: Logger;
  readonly onClosed: () => void;
}

/** Follows partitions of a topic; one fetch loop per broker that leads any of them. */
export class KafkaSubscription implements Subscription {
  private readonly feeds = new Map<number, PartitionFeed>();
  private readonly loops = new Map<number, FetchLoop>();
  /** Per partition, the end of the last sink call of the feeds that are gone. */
  private readonly ends = new Map<number, Promise<void>>();
  private resting: NodeJS.Timeout | undefined;
  private isFailing = false;
  private isClosed = false;

  constructor(private readonly options: SubscriptionOptions) {}

  /** A partition that is followed already goes on at `from`, after the sink call that may be running. */
  add(partition: number, from: bigint): void {
    if (this.isClosed) throw new Error(`the subscription to ${this.options.topic} is closed`);
    void this.remove(partition);
    const feed = new PartitionFeed({
      partition,
      from,
      sink: this.options.sink,
      after: this.ends.get(partition) ?? Promise.resolve(),
      onRoom: () => this.wakeLoops(),
      onSinkFailed: (failed, error) => this.sinkFailed(failed, error),
    });
    this.feeds.set(partition, feed);
    void this.findLeader(feed);
  }

  /**
   * What this process has written itself need not be fetched: a feed that stands right before the batch gets it at
   * once, one in the background after its rest, together with what comes meanwhile.
   */
  written(batch: WrittenBatch): void {
    if (batch.topic !== this.options.topic) return;
    const feed = this.feeds.get(batch.partition);
    if (feed === undefined || feed.next !== batch.baseOffset || !feed.hasRoom) return;
    feed.hold(batch.records);
    if (this.options.pacing === null) feed.handle();
    else this.resting ??= setTimeout(() => this.handleHeld(), this.options.pacing.restMs());
  }

  private handleHeld(): void {
    this.resting = undefined;
    for (const feed of this.feeds.values()) feed.handle();
  }

  remove(partition: number): Promise<void> {
    const feed = this.feeds.get(partition);
    if (feed) this.drop(feed);
    return this.ends.get(partition) ?? Promise.resolve();
  }

  async close(): Promise<void> {
    this.isClosed = true;
    clearTimeout(this.resting);
    for (const feed of this.feeds.values()) this.drop(feed);
    for (const loop of this.loops.values()) loop.close();
    this.options.cluster.close();
    this.options.onClosed();
    await Promise.all(this.ends.values());
  }

  private drop(feed: PartitionFeed): void {
    this.feeds.delete(feed.partition);
    this.ends.set(feed.partition, feed.close());
    this.isFailing &&= this.hasFailures;
  }

  private get hasFailures(): boolean {
    return [...this.feeds.values()].some(({ failures }) => failures > 0);
  }

  private async findLeader(feed: PartitionFeed): Promise<void> {
    const { topic, cluster, logger } = this.options;
    for (; !feed.isClosed; feed.failures += 1) {
      if (feed.failures > 0) await pause(backoffMs(RETRY, feed.failures));
      if (feed.failures > 0 || cluster.leaderOf(topic, feed.partition) === null) {
        await cluster
          .refresh([topic])
          .catch((error: unknown) => logger.debug({ topic, err: error }, 'no leaders known'));
      }
      const leader = cluster.leaderOf(topic, feed.partition);
      if (leader === null || feed.isClosed) continue;
      feed.isLost = false;
      feed.leader = leader;
      this.loop(leader).interrupt();
      return;
    }
  }

  private loop(nodeId: number): FetchLoop {
    const known = this.loops.get(nodeId);
    if (known) return known;
    const { topic, cluster, pacing, slices } = this.options;
    const loop = new FetchLoop({
      topic,
      pacing,
      slices,
      nodeId,
      cluster,
      // By where it was found, not by what others have learnt since: the broker that led it says that it has moved.
      feeds: () => [...this.feeds.values()].filter(({ leader }) => leader === nodeId),
      onFetched: (feed, fetched) => this.fetched(feed, fetched),
      onFailed: (feeds, error) => {
        for (const feed of feeds) this.lost(feed, error);
      },
    });
    this.loops.set(nodeId, loop);
    void loop.run();
    return loop;
  }

  private wakeLoops(): void {
    for (const loop of this.loops.values()) loop.wake();
  }

  private fetched(feed: PartitionFeed, fetched: FetchedPartition): void {
    if (fetched.errorCode === ErrorCode.OFFSET_OUT_OF_RANGE) return void this.outOfRange(feed);
    const what = `${this.options.topic}/${feed.partition}`;
    if (fetched.errorCode !== ErrorCode.NONE) return this.lost(feed, new BrokerRefused(what, fetched.errorCode));
    this.recovered(feed);
    try {
      const { records, next } = decodeRecordSet(fetched.recordSet, feed.next);
      feed.offer(records, next);
    } catch (error) {
      this.failed(feed, error instanceof Error ? error : new Error(String(error)));
    }
  }

  private async outOfRange(feed: PartitionFeed): Promise<void> {
    feed.isLost = true;
    try {
      const range = await this.options.range(feed.partition);
      this.failed(feed, new OffsetOutOfRange(feed.next, range));
    } catch (error) {
      this.lost(feed, error);
    }
  }

  private lost(feed: PartitionFeed, error: unknown): void {
    if (feed.isClosed) return;
    feed.isLost = true;
    feed.failures += 1;
    this.report(feed, error);
    void this.findLeader(feed);
  }

  /** One warning per outage; that a leader has moved is none, the second try finds the new one. */
  private report(feed: PartitionFeed, error: unknown): void {
    const { topic, logger } = this.options;
    const isNews = feed.failures > 1 && !this.isFailing;
    if (isNews) this.isFailing = true;
    const facts = { topic, partition: feed.partition, err: error };
    logger[isNews ? 'warn' : 'debug'](facts, 'cannot fetch, trying again until it works');
  }

  private recovered(feed: PartitionFeed): void {
    if (feed.failures === 0) return;
    feed.failures = 0;
    if (!this.isFailing || this.hasFailures) return;
    this.isFailing = false;
    this.options.logger.info({ topic: this.options.topic }, 'fetching again');
  }

  private sinkFailed(feed: PartitionFeed, error: Error): void {
    if (!feed.isClosed) return this.failed(feed, error);
    const { topic, logger } = this.options;
    logger.warn({ topic, partition: feed.partition, err: error }, 'handler failed after its partition was removed');
  }

  private failed(feed: PartitionFeed, error: Error): void {
    if (feed.isClosed) return;
    this.drop(feed);
    this.options.onFailed(feed.partition, error);
  }
}
