import type { StoredEvent } from '../../src/events/event.js';
import { fenceAt, passRecords, type FenceState } from '../../src/log/fence.js';
import type { Log } from '../../src/log/log.js';

export interface TopicReading {
  readonly log: Log;
  readonly topic: string;
  /** Where an earlier reading ended; without it the reading starts at offset 0. */
  readonly after?: TopicRead;
  /** Offset after the last record to read, per partition; without it what the log holds now. */
  readonly until?: readonly bigint[];
  /** Called with the events that count, in order per partition. */
  readonly onEvents: (events: readonly StoredEvent[]) => void | Promise<void>;
  readonly onProgress: (done: number, total: number) => void;
}

export interface TopicRead {
  /** Where the reader rules stand after the last record read, per partition. */
  readonly fences: readonly FenceState[];
  readonly records: number;
  readonly events: number;
}

/** Offset after the last record read, per partition. */
export const endsOf = ({ fences }: TopicRead): readonly bigint[] => fences.map(({ next }) => next);

/**
 * Reads the events topic up to `until`, or to where the log ends when that is sooner, under the reader rules.
 * @throws LogCorrupted at the first record that breaks them; an error when the start of the log is missing
 */
export const readTopic = async (reading: TopicReading): Promise<TopicRead> => {
  const { log, topic, after, until } = reading;
  const count = await log.partitions(topic);
  const ranges = await Promise.all(Array.from({ length: count }, (_, partition) => log.range(topic, partition)));
  const total = Number(ranges.reduce((sum, range) => sum + range.end, 0n));
  const counted = { records: after?.records ?? 0, events: after?.events ?? 0 };
  const fences: FenceState[] = [];
  for (const [partition, { start, end }] of ranges.entries()) {
    if (start !== 0n) throw new Error(`partition ${partition} starts at offset ${start}: its history is not complete`);
    const last = until?.[partition] ?? end;
    const onRead = (records: number, events: number): void => {
      counted.records += records;
      counted.events += events;
      reading.onProgress(counted.records, total);
    };
    const fence = after?.fences[partition] ?? fenceAt(null);
    fences.push(await readPartition(reading, { partition, fence, end: last < end ? last : end, onRead }));
  }
  return { fences, ...counted };
};

interface PartitionReading {
  readonly partition: number;
  readonly fence: FenceState;
  readonly end: bigint;
  readonly onRead: (records: number, events: number) => void;
}

/** Ends exactly at `end`, however many records beyond it the broker hands over. */
const readPartition = async (
  { log, topic, onEvents }: TopicReading,
  { partition, fence: from, end, onRead }: PartitionReading,
): Promise<FenceState> => {
  let fence = from;
  while (fence.next < end) {
    const slice = await log.read(topic, partition, fence.next);
    const records = slice.records.filter(({ offset }) => offset < end);
    const passed = passRecords(fence, records, partition);
    await onEvents(passed.events);
    fence = { ...passed.fence, next: slice.next < end ? slice.next : end };
    onRead(records.length, passed.events.length);
  }
  return fence;
};
