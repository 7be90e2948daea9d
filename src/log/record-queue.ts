import { AppendTooLarge, type Log, type OutgoingRecord } from './log.js';
import { Overloaded } from './errors.js';

const BATCH_RECORDS_MAX = 1_000;
const BATCH_BYTES_MAX = 4 * 1024 * 1024;
/** So many records, or bytes, are worth an append of their own: they wait for no more. */
const WORTH_RECORDS = 25;
const WORTH_BYTES = 16 * 1024;
const QUEUED_RECORDS_MAX = 10_000;
const QUEUED_BYTES_MAX = 32 * 1024 * 1024;
interface Queued {
  readonly record: OutgoingRecord;
  readonly bytes: number;
  readonly resolve: (offset: bigint) => void;
  readonly reject: (error: unknown) => void;
}

/** Calls back when what little waits may go, soon: `Beat`, or after the current turn. */
export type WhenToSend = (send: () => void) => void;

/**
 * Appends single records to one partition: one batch is under way, what arrives meanwhile goes out with the next, so
 * batches grow by themselves under load (the log keeps a second request in flight). Not for
 * `tributary.events`: those batches are decided, and ordered, by the owner of the partition.
 */
export class RecordQueue {
  #queued: Queued[] = [];
  #queuedBytes = 0;
  #sending: Promise<void> | null = null;
  #isWaiting = false;

  constructor(
    private readonly log: Log,
    private readonly topic: string,
    private readonly partition: number,
    private readonly whenToSend: WhenToSend = queueMicrotask,
  ) {}

  /**
   * Resolves with the record's offset once it is acknowledged.
   * @throws Overloaded the queue is full; AppendTooLarge; AppendUnknown for every record of the batch
   */
  push(record: OutgoingRecord): Promise<bigint> {
    const bytes = record.key.length + record.value.length;
    if (bytes > BATCH_BYTES_MAX) return Promise.reject(new AppendTooLarge(`one record of ${bytes} bytes`));
    if (this.#queued.length >= QUEUED_RECORDS_MAX || this.#queuedBytes + bytes > QUEUED_BYTES_MAX) {
      return Promise.reject(new Overloaded(`${this.#queued.length} records wait for ${this.topic}/${this.partition}`));
    }
    return new Promise((resolve, reject) => {
      this.#queued.push({ record, bytes, resolve, reject });
      this.#queuedBytes += bytes;
      this.#sendSoon();
    });
  }

  /** Resolves when nothing waits and nothing is under way. */
  async drained(): Promise<void> {
    for (this.#flush(); this.#sending !== null; this.#flush()) await this.#sending;
  }

  #sendSoon(): void {
    if (this.#sending !== null || this.#queued.length === 0) return;
    const isWorthIt = this.#queued.length >= WORTH_RECORDS || this.#queuedBytes >= WORTH_BYTES;
    if (isWorthIt) return queueMicrotask(() => this.#flush());
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    this.whenToSend(() => {
      this.#isWaiting = false;
      this.#flush();
    });
  }

  #flush(): void {
    if (this.#sending !== null || this.#queued.length === 0) return;
    this.#sending = this.#send(this.#takeBatch()).finally(() => {
      this.#sending = null;
      this.#sendSoon();
    });
  }

  #takeBatch(): readonly Queued[] {
    let bytes = 0;
    const fits = this.#queued.findIndex((queued, index) => {
      bytes += queued.bytes;
      return index === BATCH_RECORDS_MAX || bytes > BATCH_BYTES_MAX;
    });
    const batch = this.#queued.splice(0, fits === -1 ? this.#queued.length : fits);
    for (const queued of batch) this.#queuedBytes -= queued.bytes;
    return batch;
  }

  async #send(batch: readonly Queued[]): Promise<void> {
    try {
      const records = batch.map(({ record }) => record);
      const base = await this.log.append(this.topic, this.partition, records);
      batch.forEach(({ resolve }, index) => resolve(base + BigInt(index)));
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }
}

/** One queue per partition of a topic, made when it is first used. */
export class RecordQueues {
  readonly #queues = new Map<number, RecordQueue>();

  constructor(
    private readonly log: Log,
    private readonly topic: string,
    private readonly whenToSend?: WhenToSend,
  ) {}

  of(partition: number): RecordQueue {
    const known = this.#queues.get(partition);
    if (known !== undefined) return known;
    const queue = new RecordQueue(this.log, this.topic, partition, this.whenToSend);
    this.#queues.set(partition, queue);
    return queue;
  }

  async drained(): Promise<void> {
    await Promise.all([...this.#queues.values()].map((queue) => queue.drained()));
  }
}
