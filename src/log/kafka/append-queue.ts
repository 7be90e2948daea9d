import type { Logger } from '../../observability/logger.js';
import { AppendTooLarge, AppendUnknown, type OutgoingRecord } from '../log.js';
import { AppendLane, type PendingAppend } from './append-lane.js';
import { backoffMs, pause } from './backoff.js';
import type { Cluster } from './cluster.js';
import { produceExchange, type ProducedPartition } from './produce-exchange.js';
import { encodeBatch } from './record-batch.js';
import { writtenRecords, type WrittenBatch } from './written-batch.js';

/** Our topics' `max.message.bytes`: a larger batch cannot be written and is not sent. */
export const MAX_BATCH_BYTES = 8 * 1024 * 1024;
/** Callers keep one append in flight per partition; this only stops a bug from filling the memory. */
const MAX_WAITING_APPENDS = 10_000;
/** For appends that are certainly not written: about 1.5 s in all, long enough for a new leader. */
const MAX_ATTEMPTS = 6;
/** Longer than the 9 s after which a dead broker is taken out of the replicas that an append waits for. */
const TIMEOUTS = { replicasMs: 12_000, requestMs: 14_000 } as const;
const RETRY = { firstMs: 50, maxMs: 800 } as const;

export interface AppendRequest {
  readonly topic: string;
  readonly partition: number;
  readonly records: readonly OutgoingRecord[];
}

/** Brings appends to the brokers that lead their partitions; sends again only what is certainly not written. */
export class AppendQueue {
  private readonly lanes = new Map<number, AppendLane>();
  private waiting = 0;

  constructor(
    private readonly cluster: Cluster,
    private readonly logger: Logger,
  ) {}

  /** @throws AppendUnknown, AppendTooLarge */
  async append({ topic, partition, records }: AppendRequest): Promise<WrittenBatch> {
    if (records.length === 0) throw new RangeError('an append needs at least one record');
    if (this.waiting >= MAX_WAITING_APPENDS) throw new AppendUnknown(`${this.waiting} appends are waiting already`);
    const sentAtMs = Date.now();
    const batch = encodeBatch(records, sentAtMs);
    if (batch.length > MAX_BATCH_BYTES) {
      throw new AppendTooLarge(`${batch.length} bytes for ${topic}/${partition}; a batch may have ${MAX_BATCH_BYTES}`);
    }
    this.waiting += 1;
    try {
      const { baseOffset, appendTimeMs } = await new Promise<ProducedPartition>((resolve, reject) => {
        this.route({ topic, partition, batch, attempt: 1, resolve, reject });
      });
      const timestampMs = appendTimeMs === -1 ? sentAtMs : appendTimeMs;
      return { topic, partition, baseOffset, records: writtenRecords(records, baseOffset, timestampMs) };
    } finally {
      this.waiting -= 1;
    }
  }

  private route(append: PendingAppend): void {
    const leader = this.cluster.leaderOf(append.topic, append.partition);
    if (leader === null) void this.sendAgain(append, 'its leader is not known');
    else this.lane(leader).push(append);
  }

  private lane(nodeId: number): AppendLane {
    const known = this.lanes.get(nodeId);
    if (known) return known;
    const lane = new AppendLane({
      produce: async (batches) => this.cluster.node(nodeId).send(produceExchange(batches, TIMEOUTS)),
      isSingleReplica: (topic, partition) => this.cluster.isSingleReplica(topic, partition),
      onNotWritten: (append, why) => void this.sendAgain(append, why),
      onRefused: (append, why) => void this.giveUp(append, why),
    });
    this.lanes.set(nodeId, lane);
    return lane;
  }

  private async sendAgain(append: PendingAppend, why: string): Promise<void> {
    const { topic, partition, attempt } = append;
    if (attempt >= MAX_ATTEMPTS) return append.reject(new AppendUnknown(`${topic}/${partition}: ${why}`));
    const isFirstLookUp = attempt === 1 && this.cluster.partitionCount(topic) === 0;
    if (!isFirstLookUp) {
      this.logger.debug({ topic, partition, attempt, why }, 'append is sent again');
      await pause(backoffMs(RETRY, attempt));
    }
    await this.findLeaders(topic);
    this.route({ ...append, attempt: attempt + 1 });
  }

  /** Only after a look for the leader: the caller's next append must not meet the same refusal. */
  private async giveUp({ topic, reject }: PendingAppend, why: string): Promise<void> {
    await this.findLeaders(topic);
    reject(new AppendUnknown(why));
  }

  private async findLeaders(topic: string): Promise<void> {
    await this.cluster.refresh([topic]).catch((error: unknown) => {
      this.logger.debug({ topic, err: error }, 'leaders could not be looked up');
    });
  }
}
