import { randomUUID } from 'node:crypto';
import { Kafka, logLevel, type Batch, type Consumer, type EachBatchPayload } from 'kafkajs';
import { patchKafkajs } from '../../../src/log/kafka/kafkajs-patch.js';

/** One record of the events topic as a customer's own consumer reads it: nothing of `src/log` has touched it. */
export interface RawRecord {
  readonly partition: number;
  readonly offset: number;
  readonly event: RawEvent;
}

/** CloudEvents attributes, and data of any type (DESIGN §2.4, API EV-02). */
export interface RawEvent {
  readonly id: string;
  readonly type: string;
  readonly time: string;
  readonly claim: string;
  readonly seq?: string;
  readonly orgid?: string;
  readonly commandoffset?: string;
  readonly commandid?: string;
  readonly correlationid?: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Large and of no interest here. */
const LEFT_OUT = ['sealed', 'plan', 'identities', 'keyIds', 'cache'];
const POLL_MS = 200;

/** The whole topic as it stands now, every partition from offset 0 to its end, void records included. */
export const readRawLog = async (broker: string, topic: string): Promise<readonly RawRecord[]> => {
  patchKafkajs();
  const kafka = new Kafka({ clientId: 'chaos-reader', brokers: [broker], logLevel: logLevel.NOTHING });
  const left = await ends(kafka, topic);
  const consumer = kafka.consumer({ groupId: `chaos-reader-${randomUUID()}`, maxWaitTimeInMs: POLL_MS });
  const records: RawRecord[] = [];
  try {
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    await readTo(left, consumer, (batch) => records.push(...recordsOf(batch)));
  } finally {
    await consumer.disconnect();
  }
  return records.toSorted((a, b) => a.partition - b.partition || a.offset - b.offset);
};

/** Hands over batches until every partition has been read to its end. */
const readTo = (left: Map<number, number>, consumer: Consumer, onBatch: (batch: Batch) => void): Promise<void> =>
  new Promise((resolve, reject) => {
    const eachBatch = async ({ batch }: EachBatchPayload): Promise<void> => {
      onBatch(batch);
      if (Number(batch.lastOffset()) + 1 >= (left.get(batch.partition) ?? 0)) left.delete(batch.partition);
      if (left.size === 0) resolve();
    };
    consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
    consumer.run({ autoCommit: false, eachBatch }).catch(reject);
    if (left.size === 0) resolve();
  });

/** Partitions that hold anything, and where they end. */
const ends = async (kafka: Kafka, topic: string): Promise<Map<number, number>> => {
  const admin = kafka.admin();
  await admin.connect();
  try {
    const offsets = await admin.fetchTopicOffsets(topic);
    return new Map(
      offsets.map(({ partition, high }) => [partition, Number(high)] as const).filter(([, end]) => end > 0),
    );
  } finally {
    await admin.disconnect();
  }
};

const recordsOf = ({ partition, messages }: Batch): RawRecord[] =>
  messages.map(({ offset, value }) => {
    const event = JSON.parse(String(value)) as { data: Record<string, unknown> };
    for (const name of LEFT_OUT) delete event.data[name];
    return { partition, offset: Number(offset), event: event as unknown as RawEvent };
  });
