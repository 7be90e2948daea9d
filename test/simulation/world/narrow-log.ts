import {
  AppendTooLarge,
  type JoinOptions,
  type Log,
  type LogRange,
  type LogSlice,
  type Membership,
  type OutgoingRecord,
  type RecordSink,
  type Subscription,
  type Topics,
} from '../../../src/log/log.js';

export interface NarrowLogOptions {
  readonly log: Log;
  readonly topics: Topics;
  /** A broker that takes less than the decider cuts its batches to, in bytes of values. */
  readonly eventsBytesMax: number;
}

/** A process's log, narrower than the decider believes. */
export class NarrowLog implements Log {
  constructor(private readonly options: NarrowLogOptions) {}

  async append(topic: string, partition: number, records: readonly OutgoingRecord[]): Promise<bigint> {
    if (topic !== this.options.topics.events) return this.options.log.append(topic, partition, records);
    const bytes = records.reduce((sum, { value }) => sum + value.length, 0);
    if (bytes > this.options.eventsBytesMax) throw new AppendTooLarge(`${bytes} bytes in one batch`);
    return this.options.log.append(topic, partition, records);
  }

  read(topic: string, partition: number, from: bigint): Promise<LogSlice> {
    return this.options.log.read(topic, partition, from);
  }
  range(topic: string, partition: number): Promise<LogRange> {
    return this.options.log.range(topic, partition);
  }
  partitions(topic: string): Promise<number> {
    return this.options.log.partitions(topic);
  }
  subscribe(topic: string, sink: RecordSink, onFailed: (partition: number, error: Error) => void): Subscription {
    return this.options.log.subscribe(topic, sink, onFailed);
  }
  join(options: JoinOptions): Promise<Membership> {
    return this.options.log.join(options);
  }
  close(): Promise<void> {
    return this.options.log.close();
  }
}
