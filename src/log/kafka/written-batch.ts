import type { LogRecord, OutgoingRecord } from '../log.js';

/** A batch that the broker has confirmed, as the process knows it that has written it. */
export interface WrittenBatch {
  readonly topic: string;
  readonly partition: number;
  readonly records: readonly OutgoingRecord[];
  readonly baseOffset: bigint;
  /** Broker time on topics that keep it, the producer's otherwise; epoch ms. */
  readonly timestampMs: number;
}

/** What a fetch would bring. */
export const recordsOf = ({ records, baseOffset, timestampMs }: WrittenBatch): readonly LogRecord[] =>
  records.map(({ key, value, event }, index) => ({
    offset: baseOffset + BigInt(index),
    timestampMs,
    key,
    value,
    ...(event !== undefined && { event }),
  }));
