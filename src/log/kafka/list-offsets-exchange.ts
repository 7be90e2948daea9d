import type Decoder from 'kafkajs/src/protocol/decoder.js';
import Encoder from 'kafkajs/src/protocol/encoder.js';
import { exchange, type Exchange } from './protocol.js';

export const EARLIEST = -2n;
export const LATEST = -1n;

export interface ListedOffset {
  readonly errorCode: number;
  readonly offset: bigint;
}

const CONSUMER = -1;
const READ_UNCOMMITTED = 0;

interface ListOffsetOptions {
  readonly topic: string;
  readonly partition: number;
  readonly at: typeof EARLIEST | typeof LATEST;
  readonly timeoutMs: number;
}

/** ListOffsets v3 for one partition. */
export const listOffsetExchange = ({ topic, partition, at, timeoutMs }: ListOffsetOptions): Exchange<ListedOffset> =>
  exchange({
    api: [2, 3, 'ListOffsets'],
    encode: () =>
      new Encoder()
        .writeInt32(CONSUMER)
        .writeInt8(READ_UNCOMMITTED)
        .writeInt32(1)
        .writeString(topic)
        .writeInt32(1)
        .writeInt32(partition)
        .writeInt64(at),
    decode,
    timeoutMs,
  });

const decode = (decoder: Decoder): ListedOffset => {
  decoder.readInt32(); // throttle time
  const listed = decoder
    .readArray((topics) => {
      topics.readString();
      return topics.readArray(decodePartition);
    })
    .flat()[0];
  if (!listed) throw new Error('the broker listed no offset for the one partition it was asked about');
  return listed;
};

const decodePartition = (decoder: Decoder): ListedOffset => {
  decoder.readInt32(); // partition
  const errorCode = decoder.readInt16();
  decoder.readInt64(); // timestamp
  return { errorCode, offset: decoder.readInt64() };
};
