import type { ProtocolExchange } from 'kafkajs/src/network/connectionPool.js';
import Decoder from 'kafkajs/src/protocol/decoder.js';
import type Encoder from 'kafkajs/src/protocol/encoder.js';

/** One request and how to read its answer. Unlike kafkajs' own, ours never throw because of one partition's error. */
export type Exchange<T> = ProtocolExchange<T>;

interface ExchangeSpec<T> {
  readonly api: readonly [key: number, version: number, name: string];
  readonly encode: () => Encoder;
  readonly decode: (decoder: Decoder) => T;
  readonly timeoutMs: number;
}

export const exchange = <T>({ api, encode, decode, timeoutMs }: ExchangeSpec<T>): Exchange<T> => ({
  request: { apiKey: api[0], apiVersion: api[1], apiName: api[2], encode: async () => encode() },
  response: { decode: async (payload) => decode(new Decoder(payload)), parse: async (decoded) => decoded },
  requestTimeout: timeoutMs,
  logResponseError: false,
});

/** The codes this client tells apart (https://kafka.apache.org/protocol#protocol_error_codes). */
export const ErrorCode = {
  NONE: 0,
  OFFSET_OUT_OF_RANGE: 1,
  UNKNOWN_TOPIC_OR_PARTITION: 3,
  MESSAGE_TOO_LARGE: 10,
  NOT_LEADER_OR_FOLLOWER: 6,
  RECORD_LIST_TOO_LARGE: 18,
  NOT_ENOUGH_REPLICAS: 19,
} as const;

/** A broker's refusal that is not about the connection. */
export class BrokerRefused extends Error {
  override readonly name = 'BrokerRefused';
  constructor(
    what: string,
    readonly code: number,
  ) {
    super(`${what}: the broker answered with error code ${code}`);
  }
}
