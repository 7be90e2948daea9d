import {
  AppendUnknown,
  type JoinOptions,
  type Log,
  type LogRange,
  type LogSlice,
  type Membership,
  type OutgoingRecord,
  type Subscription,
} from '../../../src/log/log.js';

/** Wraps a real log and breaks its appends on demand, so that the same faults hit the twin and the broker. */
export class FaultyLog implements Log {
  /** What the next append is told. */
  next: 'ok' | 'lost-ack' | 'failed' = 'ok';
  #last: { readonly topic: string; readonly partition: number; readonly records: readonly OutgoingRecord[] } | null =
    null;

  constructor(private readonly log: Log) {}

  async append(topic: string, partition: number, records: readonly OutgoingRecord[]): Promise<bigint> {
    const fault = this.next;
    this.next = 'ok';
    if (fault === 'failed') throw new AppendUnknown('planted: not sent');
    const base = await this.log.append(topic, partition, records);
    this.#last = { topic, partition, records };
    if (fault === 'lost-ack') throw new AppendUnknown('planted: the acknowledgement is lost');
    return base;
  }

  /** The network delivers a copy of the last append that was made here. */
  async repeatLast(): Promise<void> {
    if (this.#last === null) throw new Error('nothing was appended');
    await this.log.append(this.#last.topic, this.#last.partition, this.#last.records);
  }

  read(topic: string, partition: number, from: bigint): Promise<LogSlice> {
    return this.log.read(topic, partition, from);
  }
  range(topic: string, partition: number): Promise<LogRange> {
    return this.log.range(topic, partition);
  }
  partitions(topic: string): Promise<number> {
    return this.log.partitions(topic);
  }
  subscribe(...options: Parameters<Log['subscribe']>): Subscription {
    return this.log.subscribe(...options);
  }
  join(options: JoinOptions): Promise<Membership> {
    return this.log.join(options);
  }
  close(): Promise<void> {
    return this.log.close();
  }
}
