import type { Clock } from '../../domain/kernel/clock.js';
import { invariant } from '../../domain/kernel/errors.js';
import { OffsetOutOfRange, type LogRange, type LogRecord, type LogSlice, type OutgoingRecord } from '../log.js';
import { MemoryGroups } from './memory-groups.js';

export interface MemoryBrokerOptions {
  readonly clock: Clock;
  /** Topics to create, with their numbers of partitions. */
  readonly topics: Readonly<Record<string, number>>;
  /** `max.message.bytes`; 8 MiB as on the real topics. */
  readonly batchBytesMax?: number;
  /** Records per read; small values make readers cross slices. */
  readonly sliceRecordsMax?: number;
}

const BATCH_BYTES_MAX = 8 * 1024 * 1024;
const SLICE_RECORDS_MAX = 500;

/** What all processes of a simulated installation share: topics and groups. Everything in it happens at once. */
export class MemoryBroker {
  readonly groups = new MemoryGroups();
  readonly batchBytesMax: number;
  readonly #topics: ReadonlyMap<string, readonly MemoryPartition[]>;

  constructor({ clock, topics, batchBytesMax, sliceRecordsMax }: MemoryBrokerOptions) {
    this.batchBytesMax = batchBytesMax ?? BATCH_BYTES_MAX;
    const slice = sliceRecordsMax ?? SLICE_RECORDS_MAX;
    const create = (count: number) => Array.from({ length: count }, () => new MemoryPartition(clock, slice));
    this.#topics = new Map(Object.entries(topics).map(([topic, count]) => [topic, create(count)]));
  }

  partitionsOf(topic: string): readonly MemoryPartition[] {
    const partitions = this.#topics.get(topic);
    invariant(partitions !== undefined, `topic ${topic} does not exist`);
    return partitions;
  }

  partition(topic: string, partition: number): MemoryPartition {
    const found = this.partitionsOf(topic)[partition];
    invariant(found !== undefined, `topic ${topic} has no partition ${partition}`);
    return found;
  }

  /** Deletes the topic and creates it again, empty. */
  recreate(topic: string): void {
    for (const partition of this.partitionsOf(topic)) partition.clear();
  }
}

/** One partition: dense offsets from `start`. */
export class MemoryPartition {
  #start = 0n;
  #records: LogRecord[] = [];
  readonly #watchers = new Set<() => void>();

  constructor(
    private readonly clock: Clock,
    private readonly sliceRecordsMax: number,
  ) {}

  get range(): LogRange {
    return { start: this.#start, end: this.#start + BigInt(this.#records.length) };
  }

  /** All that is held, for oracles. */
  get records(): readonly LogRecord[] {
    return this.#records;
  }

  /** Appends all or nothing, at one instant. */
  append(batch: readonly OutgoingRecord[]): bigint {
    const base = this.range.end;
    const timestampMs = this.clock.now();
    batch.forEach(({ key, value }, index) => {
      this.#records.push({ offset: base + BigInt(index), timestampMs, key, value });
    });
    this.#notify();
    return base;
  }

  /** @throws OffsetOutOfRange */
  read(from: bigint): LogSlice {
    const range = this.range;
    if (from < range.start || from > range.end) throw new OffsetOutOfRange(from, range);
    const index = Number(from - range.start);
    const records = this.#records.slice(index, index + this.sliceRecordsMax);
    return { ...range, records, next: from + BigInt(records.length) };
  }

  /** The end is lost (power loss without flush, unclean election): `end` is the next offset again. */
  truncate(end: bigint): void {
    this.#records.length = Math.max(0, Number(end - this.#start));
    this.#notify();
  }

  /** Retention: the log starts at `start` from now on. */
  deleteBefore(start: bigint): void {
    this.#records = this.#records.slice(Number(start - this.#start));
    this.#start = start;
    this.#notify();
  }

  clear(): void {
    this.#start = 0n;
    this.truncate(0n);
  }

  /** Calls `changed` at every change until the returned function is called. */
  watch(changed: () => void): () => void {
    this.#watchers.add(changed);
    return () => this.#watchers.delete(changed);
  }

  #notify(): void {
    for (const changed of this.#watchers) changed();
  }
}
