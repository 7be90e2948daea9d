import { AppendTooLarge, AppendUnknown } from '../log.js';
import { NotSent } from './broker-connection.js';
import type { BatchToProduce, ProducedPartition } from './produce-exchange.js';
import { ErrorCode } from './protocol.js';

/** Two, so that the next batches are on the wire while the broker writes; more would only make batches smaller. */
const MAX_REQUESTS_IN_FLIGHT = 2;
/** Per produce request; a single larger batch goes alone. A broker closes connections at 100 MiB. */
const REQUEST_BYTES = 16 * 1024 * 1024;

export interface PendingAppend extends BatchToProduce {
  readonly attempt: number;
  readonly resolve: (written: ProducedPartition) => void;
  readonly reject: (error: Error) => void;
}

export interface LaneOptions {
  /** One produce request; throws NotSent when it has not left. */
  readonly produce: (batches: readonly BatchToProduce[]) => Promise<readonly ProducedPartition[]>;
  readonly isSingleReplica: (topic: string, partition: number) => boolean;
  /** It is certain that nothing of it is in the log, nor will be. */
  readonly onNotWritten: (append: PendingAppend, why: string) => void;
  /** The broker refused it in a way that leaves the outcome open; it may not be the leader any more. */
  readonly onRefused: (append: PendingAppend, why: string) => void;
}

/** The appends for one broker: what is ready at the same time shares a produce request, one batch per partition. */
export class AppendLane {
  private pending: PendingAppend[] = [];
  private readonly partitionsInFlight = new Set<string>();
  private requestsInFlight = 0;
  private isScheduled = false;

  constructor(private readonly options: LaneOptions) {}

  push(append: PendingAppend): void {
    this.pending.push(append);
    this.schedule();
  }

  // After the current turn of the event loop, in which other partitions may become ready too.
  private schedule(): void {
    if (this.isScheduled) return;
    this.isScheduled = true;
    setImmediate(() => {
      this.isScheduled = false;
      this.sendWaiting();
    });
  }

  private sendWaiting(): void {
    while (this.requestsInFlight < MAX_REQUESTS_IN_FLIGHT) {
      const group = this.takeGroup();
      if (group.length === 0) return;
      void this.sendGroup(group);
    }
  }

  private takeGroup(): readonly PendingAppend[] {
    const group: PendingAppend[] = [];
    const left: PendingAppend[] = [];
    let bytes = 0;
    for (const append of this.pending) {
      const fits = group.length === 0 || bytes + append.batch.length <= REQUEST_BYTES;
      if (!fits || this.partitionsInFlight.has(keyOf(append))) {
        left.push(append);
        continue;
      }
      bytes += append.batch.length;
      this.partitionsInFlight.add(keyOf(append));
      group.push(append);
    }
    this.pending = left;
    return group;
  }

  private async sendGroup(group: readonly PendingAppend[]): Promise<void> {
    this.requestsInFlight += 1;
    try {
      const results = await this.options.produce(group);
      const byPartition = new Map(results.map((result) => [keyOf(result), result]));
      for (const append of group) this.settle(append, byPartition.get(keyOf(append)));
    } catch (error) {
      for (const append of group) this.fail(append, error);
    } finally {
      this.requestsInFlight -= 1;
      for (const append of group) this.partitionsInFlight.delete(keyOf(append));
      this.schedule();
    }
  }

  private fail(append: PendingAppend, error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    if (error instanceof NotSent) return this.options.onNotWritten(append, message);
    append.reject(new AppendUnknown(`${append.topic}/${append.partition}: ${message}`, { cause: error }));
  }

  private settle(append: PendingAppend, result: ProducedPartition | undefined): void {
    const what = `${append.topic}/${append.partition}`;
    if (!result) return append.reject(new AppendUnknown(`${what}: the broker did not answer for it`));
    if (result.errorCode === ErrorCode.NONE) return append.resolve(result);
    const why = `${what}: the broker answered with error code ${result.errorCode}`;
    if (isTooLarge(result.errorCode)) return append.reject(new AppendTooLarge(why));
    if (this.isNotWritten(append, result.errorCode)) return this.options.onNotWritten(append, why);
    this.options.onRefused(append, why);
  }

  /**
   * A leader that steps down while it waits for its replicas also answers NOT_LEADER_OR_FOLLOWER, and the batch may
   * live on in its successor: only without other replicas is it certain that nothing was written.
   */
  private isNotWritten({ topic, partition }: PendingAppend, errorCode: number): boolean {
    if (errorCode === ErrorCode.NOT_LEADER_OR_FOLLOWER) return this.options.isSingleReplica(topic, partition);
    return errorCode === ErrorCode.UNKNOWN_TOPIC_OR_PARTITION || errorCode === ErrorCode.NOT_ENOUGH_REPLICAS;
  }
}

const keyOf = ({ topic, partition }: { topic: string; partition: number }): string => `${topic}/${partition}`;

const isTooLarge = (errorCode: number): boolean =>
  errorCode === ErrorCode.MESSAGE_TOO_LARGE || errorCode === ErrorCode.RECORD_LIST_TOO_LARGE;
