import type Decoder from 'kafkajs/src/protocol/decoder.js';
import Encoder from 'kafkajs/src/protocol/encoder.js';
import { exchange, type Exchange } from './protocol.js';

export interface FetchPosition {
  readonly partition: number;
  readonly offset: bigint;
}
export interface FetchOptions {
  readonly topic: string;
  readonly positions: readonly FetchPosition[];
  /** How long the broker may wait for data. */
  readonly maxWaitMs: number;
  /** A single batch above it is still returned whole. */
  readonly partitionMaxBytes: number;
  readonly maxBytes: number;
  readonly timeoutMs: number;
}
export interface FetchedPartition {
  readonly partition: number;
  readonly errorCode: number;
  readonly highWatermark: bigint;
  readonly logStart: bigint;
  /** Record batches, the last one possibly cut off. */
  readonly recordSet: Buffer;
}

const CONSUMER = -1;
/** Nothing here is transactional. */
const READ_UNCOMMITTED = 0;
const NO_SESSION = [0, -1] as const;
const UNKNOWN_LEADER_EPOCH = -1;
const NOT_A_FOLLOWER = -1n;
const NOTHING = Buffer.alloc(0);

/** Fetch v11; each partition has its own result. */
export const fetchExchange = (options: FetchOptions): Exchange<readonly FetchedPartition[]> =>
  exchange({
    api: [1, 11, 'Fetch'],
    encode: () => encode(options),
    decode,
    timeoutMs: options.maxWaitMs + options.timeoutMs,
  });

const encode = ({ topic, positions, maxWaitMs, maxBytes, partitionMaxBytes }: FetchOptions): Encoder => {
  const encoder = new Encoder().writeInt32(CONSUMER).writeInt32(maxWaitMs).writeInt32(1).writeInt32(maxBytes);
  encoder.writeInt8(READ_UNCOMMITTED).writeInt32(NO_SESSION[0]).writeInt32(NO_SESSION[1]);
  encoder.writeInt32(1).writeString(topic).writeInt32(positions.length);
  for (const { partition, offset } of positions) {
    encoder.writeInt32(partition).writeInt32(UNKNOWN_LEADER_EPOCH).writeInt64(offset);
    encoder.writeInt64(NOT_A_FOLLOWER).writeInt32(partitionMaxBytes);
  }
  return encoder.writeInt32(0).writeString(''); // nothing forgotten, no rack
};

const decode = (decoder: Decoder): readonly FetchedPartition[] => {
  decoder.readInt32(); // throttle time
  decoder.readInt16(); // session error: there is no session
  decoder.readInt32(); // session id
  return decoder
    .readArray((topics) => {
      topics.readString();
      return topics.readArray(decodePartition);
    })
    .flat();
};

const decodePartition = (decoder: Decoder): FetchedPartition => {
  const head = {
    partition: decoder.readInt32(),
    errorCode: decoder.readInt16(),
    highWatermark: decoder.readInt64(),
  };
  decoder.readInt64(); // last stable offset
  const logStart = decoder.readInt64();
  decoder.readArray((aborted) => [aborted.readInt64(), aborted.readInt64()]);
  decoder.readInt32(); // preferred read replica: we have no rack
  return { ...head, logStart, recordSet: decoder.readBytes() ?? NOTHING };
};
