import { performance } from 'node:perf_hooks';
import type { LogRecord, RecordSink } from '../log.js';

/** Bounds of what is fetched ahead per partition. */
const BUFFER_BYTES = 1024 * 1024;
const BUFFER_RECORDS = 4_000;
/** Where this process writes, somebody else's records (after a takeover) are looked for this much later. */
const TAILED_MS = 100;

export interface FeedOptions {
  readonly partition: number;
  readonly from: bigint;
  readonly sink: RecordSink;
  /** The end of the partition's former feed: its last sink call has to be over first. */
  readonly after: Promise<void>;
  readonly onRoom: () => void;
  readonly onSinkFailed: (feed: PartitionFeed, error: Error) => void;
}

/** One partition of a subscription: where to fetch next, what waits, and the one sink call at a time. */
export class PartitionFeed {
  readonly partition: number;
  /** Where to fetch next. */
  next: bigint;
  /** Node id of the broker that leads it, as found last; null before. */
  leader: number | null = null;
  /** Part of a request on its way. */
  isFetching = false;
  /** Its leader has to be found (again) before it is fetched. */
  isLost = true;
  /** Failed fetches in a row. */
  failures = 0;
  private heldAtMs = -Infinity;
  private waiting: readonly LogRecord[] = [];
  private waitingBytes = 0;
  private handling: Promise<void>;
  private isHandling = false;
  private closed = false;

  constructor(private readonly options: FeedOptions) {
    this.partition = options.partition;
    this.next = options.from;
    this.handling = options.after;
  }

  get isClosed(): boolean {
    return this.closed;
  }

  get hasRoom(): boolean {
    return this.waitingBytes < BUFFER_BYTES && this.waiting.length < BUFFER_RECORDS;
  }

  /** True for some time after this process has written to the end of the partition itself: nothing is to be fetched. */
  get isTailed(): boolean {
    return performance.now() - this.heldAtMs < TAILED_MS;
  }

  /** What a fetch has brought, and where the next one starts. */
  offer(records: readonly LogRecord[], next: bigint): void {
    this.next = next;
    this.add(records);
    this.handle();
  }

  /** What this process has written at `next`; handled with the next call of `handle`. */
  hold(records: readonly LogRecord[]): void {
    this.next += BigInt(records.length);
    this.heldAtMs = performance.now();
    this.add(records);
  }

  private add(records: readonly LogRecord[]): void {
    if (this.closed) return;
    for (const record of records) this.waitingBytes += record.value.length;
    this.waiting = this.waiting.length === 0 ? records : this.waiting.concat(records);
  }

  /** Hands over what waits, in one sink call after the other. */
  handle(): void {
    if (this.isHandling || this.waiting.length === 0) return;
    this.isHandling = true;
    this.handling = this.handling.then(() => this.handleWaiting());
  }

  /** What waits is dropped; resolves when no sink call is running. */
  close(): Promise<void> {
    this.closed = true;
    this.waiting = [];
    this.waitingBytes = 0;
    return this.handling;
  }

  private async handleWaiting(): Promise<void> {
    try {
      while (this.waiting.length > 0) {
        const records = this.waiting;
        this.waiting = [];
        this.waitingBytes = 0;
        this.options.onRoom();
        await this.options.sink(this.partition, records);
      }
    } catch (error) {
      this.options.onSinkFailed(this, error instanceof Error ? error : new Error(String(error)));
    } finally {
      this.isHandling = false;
    }
  }
}
