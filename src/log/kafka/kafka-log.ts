import { invariant } from '../../domain/kernel/errors.js';
import { ENDLESS_SLICE, type Slices } from '../../observability/event-loop-slices.js';
import type { Logger } from '../../observability/logger.js';
import {
  AppendUnknown,
  type JoinOptions,
  type Log,
  type LogRange,
  type LogSlice,
  type Membership,
  type OutgoingRecord,
  type RecordSink,
  type SubscribeOptions,
  type Subscription,
} from '../log.js';
import { AppendQueue } from './append-queue.js';
import { backoffMs, pause } from './backoff.js';
import { Cluster } from './cluster.js';
import { Pacing } from './pacing.js';
import { GroupSession, REQUEST_MS as GROUP_REQUEST_MS } from './group-session.js';
import { KafkaMembership } from './kafka-membership.js';
import { KafkaReads } from './kafka-reads.js';
import { KafkaSubscription } from './kafka-subscription.js';
import { Metadata } from './metadata.js';

/**
 * To each broker. It works on one request of a connection at a time and flushes its partitions one after the other;
 * those of other connections are flushed meanwhile (ADR 11).
 */
const APPEND_CONNECTIONS = 4;
/** Ends requests that the exchanges' own timeouts do not. */
const REQUEST_MS = 5_000;
/** About 15 s in all: a broker that starts together with us is up by then. */
const CONNECT_ATTEMPTS = 12;
const CONNECT_RETRY = { firstMs: 100, maxMs: 2_000 } as const;

export interface KafkaLogOptions {
  /** `host:port` each; any of them is enough to find the others. */
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly logger: Logger;
  /** Left out: the log has the event loop to itself. */
  readonly slices?: Slices;
}

/** The log on a real Kafka (≥ 2.3), by kafkajs' connections and our own requests. */
export class KafkaLog implements Log {
  private readonly appendClusters: readonly Cluster[];
  private readonly readCluster: Cluster;
  private readonly appendQueues: readonly AppendQueue[];
  /** By topic and partition. */
  private readonly appendQueuesInUse = new Map<string, AppendQueue>();
  private readonly reads: KafkaReads;
  private readonly subscriptions = new Set<KafkaSubscription>();
  private readonly memberships = new Set<Membership>();
  private isClosed = false;

  private constructor(
    private readonly options: KafkaLogOptions,
    private readonly metadata: Metadata,
  ) {
    this.appendClusters = Array.from({ length: APPEND_CONNECTIONS }, () => this.cluster(REQUEST_MS));
    this.appendQueues = this.appendClusters.map((cluster) => new AppendQueue(cluster, options.logger));
    this.readCluster = this.cluster(REQUEST_MS);
    this.reads = new KafkaReads(this.readCluster, options.logger);
  }

  /** @throws NotSent when no broker answers within about 15 s */
  static async connect(options: KafkaLogOptions): Promise<KafkaLog> {
    const metadata = new Metadata(options.brokers, { ...options, requestTimeoutMs: REQUEST_MS });
    for (let attempt = 1; ; attempt += 1) {
      try {
        await metadata.refresh([]);
        return new KafkaLog(options, metadata);
      } catch (error) {
        if (attempt < CONNECT_ATTEMPTS) await pause(backoffMs(CONNECT_RETRY, attempt));
        else throw error;
      }
    }
  }

  async append(topic: string, partition: number, records: readonly OutgoingRecord[]): Promise<bigint> {
    if (this.isClosed) throw new AppendUnknown('the log is closed');
    const written = await this.appendQueueOf(topic, partition).append({ topic, partition, records });
    for (const subscription of this.subscriptions) subscription.written(written);
    return written.baseOffset;
  }

  read(topic: string, partition: number, from: bigint): Promise<LogSlice> {
    return this.reads.read({ topic, partition }, from);
  }

  range(topic: string, partition: number): Promise<LogRange> {
    return this.reads.range({ topic, partition });
  }

  partitions(topic: string): Promise<number> {
    return this.reads.partitions(topic);
  }

  subscribe(
    topic: string,
    sink: RecordSink,
    onFailed: (partition: number, error: Error) => void,
    { background = false }: SubscribeOptions = {},
  ): Subscription {
    this.requireOpen();
    const subscription = new KafkaSubscription({
      topic,
      sink,
      onFailed,
      pacing: background ? new Pacing() : null,
      slices: this.options.slices ?? ENDLESS_SLICE,
      cluster: this.cluster(REQUEST_MS),
      range: (partition) => this.range(topic, partition),
      logger: this.options.logger,
      onClosed: () => this.subscriptions.delete(subscription),
    });
    this.subscriptions.add(subscription);
    return subscription;
  }

  /** Resolves before the first `onAssigned`. */
  async join(options: JoinOptions): Promise<Membership> {
    this.requireOpen();
    const cluster = this.cluster(GROUP_REQUEST_MS);
    const membership = new KafkaMembership(options, {
      session: new GroupSession({ ...options, cluster }),
      logger: this.options.logger,
      interrupt: () => cluster.interrupt('leaving the group'),
      onEnded: () => {
        cluster.close();
        this.memberships.delete(membership);
      },
    });
    this.memberships.add(membership);
    return membership;
  }

  /** Leaves all groups and ends all subscriptions; appends that are on their way end as AppendUnknown. */
  async close(): Promise<void> {
    this.isClosed = true;
    await Promise.all([
      ...[...this.memberships].map((membership) => membership.leave()),
      ...[...this.subscriptions].map((subscription) => subscription.close()),
    ]);
    for (const cluster of this.appendClusters) cluster.close();
    this.readCluster.close();
    this.metadata.close();
  }

  /** A partition keeps its connection, so its appends stay in order; the next new one gets the next connection. */
  private appendQueueOf(topic: string, partition: number): AppendQueue {
    const name = `${topic}/${partition}`;
    const known = this.appendQueuesInUse.get(name);
    if (known !== undefined) return known;
    const queue = this.appendQueues[this.appendQueuesInUse.size % APPEND_CONNECTIONS];
    invariant(queue !== undefined, 'there are as many queues as connections');
    this.appendQueuesInUse.set(name, queue);
    return queue;
  }

  private requireOpen(): void {
    if (this.isClosed) throw new Error('the log is closed');
  }

  private cluster(requestTimeoutMs: number): Cluster {
    return new Cluster(this.metadata, { ...this.options, requestTimeoutMs });
  }
}
