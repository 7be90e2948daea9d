import type { StoredEvent } from '../../src/events/event.js';
import { fenceAt, passRecords } from '../../src/log/fence.js';
import type { Log } from '../../src/log/log.js';

export interface TopicReading {
  readonly log: Log;
  readonly topic: string;
  /** Called with the events that count, in order per partition. */
  readonly onEvents: (events: readonly StoredEvent[]) => void;
  readonly onProgress: (done: number, total: number) => void;
}

export interface TopicRead {
  /** Offset after the last record read, per partition. */
  readonly ends: readonly bigint[];
  readonly records: number;
  readonly events: number;
}

/**
 * Reads the whole events topic as it stands now, from offset 0, under the reader rules.
 * @throws LogCorrupted at the first record that breaks them; an error when the start of the log is missing
 */
export const readTopic = async (reading: TopicReading): Promise<TopicRead> => {
  const { log, topic, onEvents, onProgress } = reading;
  const count = await log.partitions(topic);
  const ranges = await Promise.all(Array.from({ length: count }, (_, partition) => log.range(topic, partition)));
  const total = Number(ranges.reduce((sum, range) => sum + range.end, 0n));
  let records = 0;
  let events = 0;
  for (const [partition, { start, end }] of ranges.entries()) {
    if (start !== 0n) throw new Error(`partition ${partition} starts at offset ${start}: its history is not complete`);
    let fence = fenceAt(null);
    while (fence.next < end) {
      const slice = await log.read(topic, partition, fence.next);
      const passed = passRecords(fence, slice.records, partition);
      onEvents(passed.events);
      fence = { ...passed.fence, next: slice.next };
      records += slice.records.length;
      events += passed.events.length;
      onProgress(records, total);
    }
  }
  return { ends: ranges.map((range) => range.end), records, events };
};
