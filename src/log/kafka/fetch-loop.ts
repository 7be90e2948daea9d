import type { Slices } from '../../observability/event-loop-slices.js';
import type { BrokerConnection } from './broker-connection.js';
import type { Cluster } from './cluster.js';
import { fetchExchange, type FetchedPartition } from './fetch-exchange.js';
import { pause } from './backoff.js';
import type { Pacing } from './pacing.js';
import type { PartitionFeed } from './partition-feed.js';
import { Wake } from './wake.js';

/** Idle polls cost CPU: four subscriptions and three memberships take 1.3 % of a core (1.8 % with 100 ms). */
const MAX_WAIT_MS = 250;
/** While a partition's buffer is full: it will have room long before an idle neighbour has data. */
const BUSY_WAIT_MS = 10;
/** Until partitions that this process writes to are looked at again. */
const SPARED_MS = 50;
/** Per partition and per answer; a single larger batch is still returned whole. */
const PARTITION_BYTES = 512 * 1024;
const ANSWER_BYTES = 8 * 1024 * 1024;
const REQUEST_MS = 5_000;

export interface FetchLoopOptions {
  readonly topic: string;
  readonly nodeId: number;
  readonly cluster: Cluster;
  readonly pacing: Pacing | null;
  readonly slices: Slices;
  /** The feeds that this broker leads now. */
  readonly feeds: () => readonly PartitionFeed[];
  readonly onFetched: (feed: PartitionFeed, fetched: FetchedPartition) => void;
  /** The whole request failed. */
  readonly onFailed: (feeds: readonly PartitionFeed[], error: unknown) => void;
}

/** Fetches from one broker: one request for all partitions with room; handlers are never waited for. */
export class FetchLoop {
  private readonly wakeUp = new Wake();
  private turn = 0;
  private polling: BrokerConnection | null = null;
  private isInterrupted = false;
  private isClosed = false;

  constructor(private readonly options: FetchLoopOptions) {}

  /** Ends after `close`. */
  async run(): Promise<void> {
    while (!this.isClosed) {
      const led = this.options.feeds().filter((feed) => !feed.isLost && !feed.isFetching);
      const asking = led.filter((feed) => !this.isSpared(feed));
      const ready = asking.filter((feed) => feed.hasRoom);
      const lookMs = asking.length < led.length ? SPARED_MS : undefined;
      if (ready.length === 0) await this.wakeUp.wait(lookMs);
      else {
        const isSomeFull = ready.length < asking.length;
        await this.fetch(this.rotated(ready), isSomeFull ? BUSY_WAIT_MS : (lookMs ?? MAX_WAIT_MS));
        if (this.options.pacing !== null) await pause(this.options.pacing.restMs());
      }
    }
  }

  /** A reader in the background need not ask for what its own process writes; others would learn of it too late. */
  private isSpared(feed: PartitionFeed): boolean {
    return this.options.pacing !== null && feed.isTailed;
  }

  wake(): void {
    this.wakeUp.set();
  }

  /** A partition has come: it does not wait for the poll on its way. Nothing is lost, positions move with answers. */
  interrupt(): void {
    this.isInterrupted = true;
    this.polling?.reset('a partition was added');
    this.wakeUp.set();
  }

  close(): void {
    this.isClosed = true;
    this.wakeUp.set();
  }

  private async fetch(feeds: readonly PartitionFeed[], maxWaitMs: number): Promise<void> {
    const { topic, nodeId, cluster, slices, onFetched, onFailed } = this.options;
    const positions = feeds.map((feed) => ({ partition: feed.partition, offset: feed.next }));
    const limits = { partitionMaxBytes: PARTITION_BYTES, maxBytes: ANSWER_BYTES, maxWaitMs, timeoutMs: REQUEST_MS };
    for (const feed of feeds) feed.isFetching = true;
    this.isInterrupted = false;
    try {
      this.polling = cluster.node(nodeId);
      const answer = await this.polling.send(fetchExchange({ topic, positions, ...limits }));
      this.polling = null;
      const byPartition = new Map(feeds.map((feed) => [feed.partition, feed]));
      for (const fetched of answer) {
        // Decoding takes a millisecond a partition. Whoever is closed meanwhile is passed over.
        if (slices.areOver) await slices.breathe();
        const feed = byPartition.get(fetched.partition);
        if (feed && !feed.isClosed) onFetched(feed, fetched);
      }
    } catch (error) {
      if (!this.isClosed && !this.isInterrupted) onFailed(feeds, error);
    } finally {
      this.polling = null;
      for (const feed of feeds) feed.isFetching = false;
    }
  }

  // A broker fills its answer in the order of the request: everybody is first once.
  private rotated(feeds: readonly PartitionFeed[]): readonly PartitionFeed[] {
    this.turn = (this.turn + 1) % feeds.length;
    return [...feeds.slice(this.turn), ...feeds.slice(0, this.turn)];
  }
}
