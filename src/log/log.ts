import type { WireEvent } from '../events/codec.js';

/**
 * The log as a port. Two implementations behave alike (one contract suite runs on both): `kafka/` on a real
 * broker, `memory/` for simulation. Everything above (fence, writer, reader, sender, replies) uses only this.
 */
export interface LogRecord {
  readonly offset: bigint;
  /** Broker time (LogAppendTime on commands). */
  readonly timestampMs: number;
  readonly key: string | null;
  readonly value: Buffer;
  /** What `value` says, when the process that reads it has written it; otherwise it has to be parsed. */
  readonly event?: WireEvent;
}

export interface OutgoingRecord {
  readonly key: string;
  readonly value: Buffer;
  /** Sent as the one header `content-type` (events: DESIGN §2.4); no header without it. Our readers do not look at it. */
  readonly contentType?: string;
  /** The event that `value` holds: readers in this process need not parse it. */
  readonly event?: WireEvent;
}

export interface LogRange {
  /** First offset that can be read. */
  readonly start: bigint;
  /** Offset that the next record will get. */
  readonly end: bigint;
}

/** What was read; `next` is where to go on (it also passes over records that a broker does not show). */
export interface LogSlice extends LogRange {
  readonly records: readonly LogRecord[];
  readonly next: bigint;
}

/** Handles the records of one partition; never called twice at once for it, other partitions are not held up. */
export type RecordSink = (partition: number, records: readonly LogRecord[]) => Promise<void>;

/** Follows partitions of one topic from explicit positions (one fetch request per broker for all with room). */
export interface Subscription {
  add(partition: number, from: bigint): void;
  /** After the returned promise no sink call for the partition is running or will start. */
  remove(partition: number): Promise<void>;
  close(): Promise<void>;
}

export interface SubscribeOptions {
  /** Nobody waits for what is read: a busy process may read it less often, and more at once. */
  readonly background?: boolean;
}

/** Group membership only: it assigns partitions, it reads nothing and commits nothing. */
export interface Membership {
  /** Resolves when the current generation has been confirmed by a heartbeat that started after the call. */
  heartbeat(): Promise<void>;
  leave(): Promise<void>;
}

export interface JoinOptions {
  readonly group: string;
  readonly topic: string;
  /** Partitions this member holds: the sticky assigner leaves them where they are. */
  readonly held: () => readonly number[];
  /** The whole new assignment; called for every generation, also when nothing changed. */
  readonly onAssigned: (partitions: readonly number[]) => void;
  /** The member is out of the group and could not come back: the process has to stop. */
  readonly onCrashed: (error: Error) => void;
}

export interface Log {
  /**
   * Appends the records as one atomic record batch with acks=all and resolves with its base offset. The caller
   * keeps one append in flight per (topic, partition); appends of different partitions that are ready at the
   * same time share produce requests.
   * @throws AppendUnknown the outcome is not known; AppendTooLarge nothing was written.
   */
  append(topic: string, partition: number, records: readonly OutgoingRecord[]): Promise<bigint>;
  /** One read from `from`; an empty slice when nothing is there. @throws OffsetOutOfRange */
  read(topic: string, partition: number, from: bigint): Promise<LogSlice>;
  range(topic: string, partition: number): Promise<LogRange>;
  /** Number of partitions of a topic. */
  partitions(topic: string): Promise<number>;
  /** `onFailed` gets OffsetOutOfRange and whatever the sink threw; the partition is removed before. */
  subscribe(
    topic: string,
    sink: RecordSink,
    onFailed: (partition: number, error: Error) => void,
    options?: SubscribeOptions,
  ): Subscription;
  join(options: JoinOptions): Promise<Membership>;
  close(): Promise<void>;
}

export class AppendUnknown extends Error {
  override readonly name = 'AppendUnknown';
}
export class AppendTooLarge extends Error {
  override readonly name = 'AppendTooLarge';
}
export class OffsetOutOfRange extends Error {
  override readonly name = 'OffsetOutOfRange';
  constructor(
    readonly requested: bigint,
    readonly range: LogRange,
  ) {
    super(`offset ${requested} is outside of ${range.start}..${range.end}`);
  }
}

/** Names of the topics under the installation's prefix (`tributary.` by default). */
export interface Topics {
  readonly commands: string;
  readonly events: string;
  readonly replies: string;
  readonly deadLetters: string;
}
export const topicsOf = (prefix: string): Topics => ({
  commands: `${prefix}commands`,
  events: `${prefix}events`,
  replies: `${prefix}replies`,
  deadLetters: `${prefix}dead-letters`,
});
