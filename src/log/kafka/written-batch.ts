import type { LogRecord, OutgoingRecord } from '../log.js';

/** A batch that the broker has confirmed, as the process knows it that has written it. */
export interface WrittenBatch {
  readonly topic: string;
  readonly partition: number;
  readonly baseOffset: bigint;
  /** What a fetch would bring. */
  readonly records: readonly LogRecord[];
}

/** `timestampMs`: broker time on topics that keep it, the producer's otherwise. */
export const writtenRecords = (
  records: readonly OutgoingRecord[],
  baseOffset: bigint,
  timestampMs: number,
): readonly LogRecord[] =>
  records.map(({ key, value, event }, index) => {
    const offset = baseOffset + BigInt(index);
    return event === undefined ? { offset, timestampMs, key, value } : { offset, timestampMs, key, value, event };
  });
