import type Decoder from 'kafkajs/src/protocol/decoder.js';
import Encoder from 'kafkajs/src/protocol/encoder.js';
import { exchange, type Exchange } from './protocol.js';

export interface NodeAddress {
  readonly nodeId: number;
  readonly host: string;
  readonly port: number;
}
export interface PartitionMetadata {
  readonly partition: number;
  /** -1 while there is none. */
  readonly leader: number;
  readonly replicas: readonly number[];
}
export interface TopicMetadata {
  readonly errorCode: number;
  readonly topic: string;
  readonly partitions: readonly PartitionMetadata[];
}
export interface ClusterMetadata {
  readonly nodes: readonly NodeAddress[];
  readonly topics: readonly TopicMetadata[];
}

/**
 * Metadata v6. kafkajs' own parser throws when a single partition has no leader, so that one offline partition would
 * hide the leader changes of all others.
 */
export const metadataExchange = (topics: readonly string[], timeoutMs: number): Exchange<ClusterMetadata> =>
  exchange({
    api: [3, 6, 'Metadata'],
    encode: () => {
      const encoder = new Encoder().writeInt32(topics.length);
      for (const topic of topics) encoder.writeString(topic);
      return encoder.writeBoolean(false); // Never create a topic by asking for it.
    },
    decode,
    timeoutMs,
  });

const decode = (decoder: Decoder): ClusterMetadata => {
  decoder.readInt32(); // throttle time
  const nodes = decoder.readArray(decodeNode);
  decoder.readString(); // cluster id
  decoder.readInt32(); // controller
  return { nodes, topics: decoder.readArray(decodeTopic) };
};

const decodeNode = (decoder: Decoder): NodeAddress => {
  const node = { nodeId: decoder.readInt32(), host: decoder.readString() ?? '', port: decoder.readInt32() };
  decoder.readString(); // rack
  return node;
};

const decodeTopic = (decoder: Decoder): TopicMetadata => {
  const head = { errorCode: decoder.readInt16(), topic: decoder.readString() ?? '' };
  decoder.readBoolean(); // internal
  return { ...head, partitions: decoder.readArray(decodePartition) };
};

const decodePartition = (decoder: Decoder): PartitionMetadata => {
  decoder.readInt16(); // its error says what `leader` says
  const head = { partition: decoder.readInt32(), leader: decoder.readInt32() };
  const replicas = decoder.readArray((item) => item.readInt32());
  decoder.readArray((item) => item.readInt32()); // in sync
  decoder.readArray((item) => item.readInt32()); // offline
  return { ...head, replicas };
};
