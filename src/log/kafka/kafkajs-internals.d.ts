// The parts of kafkajs 2.2.4 (frozen, pinned, no exports map) that this folder uses below its public surface.

declare module 'kafkajs/src/network/requestQueue/index.js' {
  export default class RequestQueue {
    pending: readonly unknown[];
    throttledUntil: number;
    throttleCheckTimeoutId: NodeJS.Timeout | null;
    checkPendingRequests(): void;
    scheduleCheckPendingRequests(): void;
  }
}

declare module 'kafkajs/src/loggers/index.js' {
  import type { logCreator, logLevel } from 'kafkajs';
  export interface InternalLogger {
    namespace(name: string): InternalLogger;
  }
  const loggers: { createLogger(options: { level: logLevel; logCreator: logCreator }): InternalLogger };
  export default loggers;
}

declare module 'kafkajs/src/protocol/encoder.js' {
  export default class Encoder {
    constructor(initialSize?: number);
    /** What was written. */
    readonly buffer: Buffer;
    buf: Buffer;
    offset: number;
    /** Ours: bytes of its memory in front of `buf` that nobody uses. */
    headroom?: number;
    ensureAvailable(bytes: number): void;
    writeInt8(value: number): this;
    writeInt16(value: number): this;
    writeInt32(value: number): this;
    writeInt64(value: bigint | string): this;
    writeBoolean(value: boolean): this;
    writeString(value: string | null): this;
    writeBytes(value: Buffer): this;
    writeBufferInternal(value: Buffer): void;
    writeEncoder(value: Encoder): Encoder;
  }
}

declare module 'kafkajs/src/protocol/request.js' {
  import type Encoder from 'kafkajs/src/protocol/encoder.js';
  interface Request {
    readonly correlationId: number;
    readonly clientId: string;
    readonly request: { readonly apiKey: number; readonly apiVersion: number; encode(): Promise<Encoder> };
  }
  export default function createRequest(request: Request): Promise<Encoder>;
}

declare module 'kafkajs/src/protocol/decoder.js' {
  export default class Decoder {
    constructor(buffer: Buffer);
    readInt8(): number;
    readInt16(): number;
    readInt32(): number;
    readInt64(): bigint;
    readBoolean(): boolean;
    readString(): string | null;
    readBytes(): Buffer | null;
    readArray<T>(read: (decoder: this) => T): T[];
  }
}

declare module 'kafkajs/src/network/connectionPool.js' {
  import type { ISocketFactory } from 'kafkajs';
  import type { InternalLogger } from 'kafkajs/src/loggers/index.js';
  import type Encoder from 'kafkajs/src/protocol/encoder.js';
  export interface ProtocolExchange<T> {
    readonly request: {
      readonly apiKey: number;
      readonly apiVersion: number;
      readonly apiName: string;
      encode(): Promise<Encoder>;
    };
    readonly response: { decode(payload: Buffer): Promise<T>; parse(decoded: T): Promise<T> };
    readonly requestTimeout: number;
    readonly logResponseError: boolean;
  }
  export default class ConnectionPool {
    constructor(options: {
      host: string;
      port: number;
      clientId: string;
      connectionTimeout: number;
      requestTimeout: number;
      logger: InternalLogger;
      socketFactory: ISocketFactory;
    });
    /** Index 0 is the connection that `Broker.connect` has opened. */
    getConnection(index: 0): Promise<{ send<T>(exchange: ProtocolExchange<T>): Promise<T> }>;
  }
}

declare module 'kafkajs/src/broker/index.js' {
  import type ConnectionPool from 'kafkajs/src/network/connectionPool.js';
  import type { InternalLogger } from 'kafkajs/src/loggers/index.js';
  export interface JoinedGroup {
    readonly generationId: number;
    readonly leaderId: string;
    readonly memberId: string;
    /** Only the leader gets them. */
    readonly members: readonly { readonly memberId: string; readonly memberMetadata: Buffer }[];
  }
  export default class Broker {
    readonly connectionPool: ConnectionPool;
    constructor(options: { connectionPool: ConnectionPool; logger: InternalLogger; allowAutoTopicCreation: boolean });
    isConnected(): boolean;
    connect(): Promise<void>;
    disconnect(): Promise<void>;
    findGroupCoordinator(request: {
      groupId: string;
      coordinatorType: number;
    }): Promise<{ coordinator: { nodeId: number; host: string; port: number } }>;
    joinGroup(request: {
      groupId: string;
      sessionTimeout: number;
      rebalanceTimeout: number;
      memberId: string;
      groupProtocols: readonly { name: string; metadata: Buffer }[];
    }): Promise<JoinedGroup>;
    syncGroup(request: {
      groupId: string;
      generationId: number;
      memberId: string;
      groupAssignment: readonly { memberId: string; memberAssignment: Buffer }[];
    }): Promise<{ memberAssignment: Buffer }>;
    heartbeat(request: { groupId: string; groupGenerationId: number; memberId: string }): Promise<unknown>;
    leaveGroup(request: { groupId: string; memberId: string }): Promise<unknown>;
  }
}
