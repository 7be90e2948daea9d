import type { Logger } from '../../observability/logger.js';
import { OffsetOutOfRange, type LogRange, type LogSlice } from '../log.js';
import { backoffMs, pause } from './backoff.js';
import type { BrokerConnection } from './broker-connection.js';
import { NotSent } from './broker-connection.js';
import type { Cluster } from './cluster.js';
import { fetchExchange } from './fetch-exchange.js';
import { EARLIEST, LATEST, listOffsetExchange } from './list-offsets-exchange.js';
import { BrokerRefused, ErrorCode } from './protocol.js';
import { decodeRecordSet, UnreadableBatch } from './record-batch.js';

/** Restoring reads whole partitions: few large requests. */
const READ_BYTES = 4 * 1024 * 1024;
const REQUEST_MS = 10_000;
/** About 8 s in all: a broker that restarts is back by then. */
const MAX_ATTEMPTS = 8;
const RETRY = { firstMs: 100, maxMs: 2_000 } as const;

interface At {
  readonly topic: string;
  readonly partition: number;
}

/** Single reads outside of subscriptions. Everything but a wrong offset is tried again a bounded number of times. */
export class KafkaReads {
  constructor(
    private readonly cluster: Cluster,
    private readonly logger: Logger,
  ) {}

  /** @throws OffsetOutOfRange, UnreadableBatch, and the last failure when the broker does not come back */
  async read(at: At, from: bigint): Promise<LogSlice> {
    const slice = await this.withLeader(at, (leader) => this.fetchOnce(leader, at, from));
    if (slice) return slice;
    throw new OffsetOutOfRange(from, await this.range(at));
  }

  range(at: At): Promise<LogRange> {
    return this.withLeader(at, async (leader) => {
      const [start, end] = await Promise.all([this.offset(leader, at, EARLIEST), this.offset(leader, at, LATEST)]);
      return { start, end };
    });
  }

  async partitions(topic: string): Promise<number> {
    if (this.cluster.partitionCount(topic) === 0) await this.retried(() => this.cluster.refresh([topic]));
    return this.cluster.partitionCount(topic);
  }

  /** Null when the offset is out of range. */
  private async fetchOnce(leader: BrokerConnection, at: At, from: bigint): Promise<LogSlice | null> {
    const positions = [{ partition: at.partition, offset: from }];
    const limits = { partitionMaxBytes: READ_BYTES, maxBytes: READ_BYTES, maxWaitMs: 0, timeoutMs: REQUEST_MS };
    const [fetched] = await leader.send(fetchExchange({ topic: at.topic, positions, ...limits }));
    if (!fetched) throw new Error(`the broker did not answer for ${at.topic}/${at.partition}`);
    if (fetched.errorCode === ErrorCode.OFFSET_OUT_OF_RANGE) return null;
    accept(at, fetched.errorCode);
    return { ...decodeRecordSet(fetched.recordSet, from), start: fetched.logStart, end: fetched.highWatermark };
  }

  private async offset(leader: BrokerConnection, at: At, which: typeof EARLIEST | typeof LATEST): Promise<bigint> {
    const listed = await leader.send(listOffsetExchange({ ...at, at: which, timeoutMs: REQUEST_MS }));
    accept(at, listed.errorCode);
    return listed.offset;
  }

  private withLeader<T>({ topic, partition }: At, run: (leader: BrokerConnection) => Promise<T>): Promise<T> {
    return this.retried(async (attempt) => {
      if (attempt > 1 || this.cluster.leaderOf(topic, partition) === null) await this.cluster.refresh([topic]);
      const leader = this.cluster.leaderOf(topic, partition);
      if (leader === null) throw new NotSent(`${topic}/${partition} has no leader`);
      return run(this.cluster.node(leader));
    });
  }

  private async retried<T>(run: (attempt: number) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await run(attempt);
      } catch (error) {
        if (attempt >= MAX_ATTEMPTS || error instanceof UnreadableBatch) throw error;
        this.logger.debug({ attempt, err: error }, 'a read from the log is tried again');
        await pause(backoffMs(RETRY, attempt));
      }
    }
  }
}

const accept = ({ topic, partition }: At, errorCode: number): void => {
  if (errorCode !== ErrorCode.NONE) throw new BrokerRefused(`${topic}/${partition}`, errorCode);
};
