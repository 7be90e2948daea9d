import type Decoder from 'kafkajs/src/protocol/decoder.js';
import Encoder from 'kafkajs/src/protocol/encoder.js';
import { exchange, type Exchange } from './protocol.js';

export interface BatchToProduce {
  readonly topic: string;
  readonly partition: number;
  readonly batch: Buffer;
}
export interface ProducedPartition {
  readonly topic: string;
  readonly partition: number;
  readonly errorCode: number;
  readonly baseOffset: bigint;
  /** Broker time of the batch, epoch ms; -1 on topics that keep the producer's. */
  readonly appendTimeMs: number;
}

const ACKS_ALL = -1;
/** Names, lengths and codes around a batch: only a first size for the encoder, which grows if needed. */
const OVERHEAD_BYTES = 256;

/** How long the broker may wait for the replicas, and the client for the broker. */
export interface ProduceTimeouts {
  readonly replicasMs: number;
  readonly requestMs: number;
}

/** Produce v7 with acks=all; each partition has its own result. */
export const produceExchange = (
  batches: readonly BatchToProduce[],
  timeouts: ProduceTimeouts,
): Exchange<readonly ProducedPartition[]> =>
  exchange({
    api: [0, 7, 'Produce'],
    encode: () => encode(batches, timeouts.replicasMs),
    decode,
    timeoutMs: timeouts.requestMs,
  });

const encode = (batches: readonly BatchToProduce[], replicasMs: number): Encoder => {
  const byTopic = Map.groupBy(batches, ({ topic }) => topic);
  const bytes = batches.reduce((sum, { batch }) => sum + batch.length + OVERHEAD_BYTES, OVERHEAD_BYTES);
  const encoder = new Encoder();
  encoder.ensureAvailable(bytes); // The constructor would take the next power of two.
  encoder.writeString(null).writeInt16(ACKS_ALL).writeInt32(replicasMs).writeInt32(byTopic.size);
  for (const [topic, parts] of byTopic) {
    encoder.writeString(topic).writeInt32(parts.length);
    for (const { partition, batch } of parts) encoder.writeInt32(partition).writeBytes(batch);
  }
  return encoder;
};

const decode = (decoder: Decoder): readonly ProducedPartition[] =>
  decoder
    .readArray((topics) => {
      const topic = topics.readString() ?? '';
      return topics.readArray((partitions) => decodePartition(partitions, topic));
    })
    .flat();

const decodePartition = (decoder: Decoder, topic: string): ProducedPartition => {
  const result = {
    topic,
    partition: decoder.readInt32(),
    errorCode: decoder.readInt16(),
    baseOffset: decoder.readInt64(),
    appendTimeMs: Number(decoder.readInt64()),
  };
  decoder.readInt64(); // log start offset
  return result;
};
