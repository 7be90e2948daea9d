import { connect, type Socket } from 'node:net';
import kafkajs, { type ISocketFactoryArgs, type LogEntry } from 'kafkajs';
import Broker from 'kafkajs/src/broker/index.js';
import loggers from 'kafkajs/src/loggers/index.js';
import ConnectionPool from 'kafkajs/src/network/connectionPool.js';
import type { Logger } from '../../observability/logger.js';
import { withDeadline } from './deadline.js';
import { patchKafkajs } from './kafkajs-patch.js';
import type { Exchange } from './protocol.js';

const CONNECT_MS = 3_000;
const KEEP_ALIVE_MS = 30_000;
/** kafkajs checks its own timeouts every 100 ms; past that the request is lost in its connection state. */
const BACKSTOP_MS = 2_000;

export interface ConnectionOptions {
  readonly clientId: string;
  readonly logger: Logger;
  /** Default for requests that do not say; group joins take longer. */
  readonly requestTimeoutMs: number;
}
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** The request has not left this process. */
export class NotSent extends Error {
  override readonly name = 'NotSent';
}

/**
 * One socket to one broker, opened when needed and thrown away after any failure of it: kafkajs' connection object is
 * never trusted again then (it can keep a dead socket, or stay "connected" without having agreed on versions).
 */
export class BrokerConnection {
  private readonly sockets = new Set<Socket>();
  private broker: Broker;

  constructor(
    readonly address: Address,
    private readonly options: ConnectionOptions,
  ) {
    patchKafkajs();
    this.broker = this.build();
  }

  get isConnected(): boolean {
    return this.broker.isConnected();
  }

  /** @throws NotSent when the broker cannot be reached; any other error leaves the outcome open. */
  async send<T>(exchange: Exchange<T>): Promise<T> {
    const broker = await this.connected();
    const connection = await broker.connectionPool.getConnection(0);
    return this.guarded(broker, exchange.requestTimeout, () => connection.send(exchange));
  }

  /** Calls one of kafkajs' own request methods; their protocol errors leave the socket as it is. */
  async call<T>(timeoutMs: number, run: (broker: Broker) => Promise<T>): Promise<T> {
    const broker = await this.connected();
    return this.guarded(broker, timeoutMs, () => run(broker));
  }

  /** Closes the socket at once; what is in flight fails. The next request opens a new one. */
  reset(reason: string): void {
    this.broker = this.build();
    for (const socket of this.sockets) socket.destroy(new Error(reason));
    this.sockets.clear();
  }

  private async connected(): Promise<Broker> {
    const broker = this.broker;
    if (broker.isConnected()) return broker;
    try {
      await broker.connect();
      return broker;
    } catch (error) {
      this.discard(broker, messageOf(error));
      throw new NotSent(`cannot reach the broker at ${this.name}: ${messageOf(error)}`, { cause: error });
    }
  }

  private async guarded<T>(broker: Broker, timeoutMs: number, run: () => Promise<T>): Promise<T> {
    try {
      return await withDeadline(run(), timeoutMs + BACKSTOP_MS);
    } catch (error) {
      if (!isProtocolError(error)) this.discard(broker, messageOf(error));
      throw error;
    }
  }

  // Several requests fail together; only the first one throws the socket away.
  private discard(failed: Broker, reason: string): void {
    if (failed === this.broker) this.reset(reason);
  }

  private build(): Broker {
    const { clientId, logger, requestTimeoutMs } = this.options;
    const internalLogger = loggers.createLogger({
      level: kafkajs.logLevel.ERROR,
      logCreator: () => (entry) => logger.trace({ kafkajs: entry.namespace }, messageIn(entry)),
    });
    const connectionPool = new ConnectionPool({
      ...this.address,
      clientId,
      connectionTimeout: CONNECT_MS,
      requestTimeout: requestTimeoutMs,
      logger: internalLogger,
      socketFactory: (socket) => this.open(socket),
    });
    return new Broker({ connectionPool, logger: internalLogger, allowAutoTopicCreation: false });
  }

  private open({ host, port, onConnect }: ISocketFactoryArgs): Socket {
    // Nagle plus delayed acknowledgement costs small requests up to 40 ms.
    const socket = connect({ host, port, noDelay: true }, onConnect);
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    this.sockets.add(socket);
    socket.once('close', () => this.sockets.delete(socket));
    return socket;
  }

  private get name(): string {
    return `${this.address.host}:${this.address.port}`;
  }
}

const messageIn = (entry: LogEntry): string => entry.log.message;
const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** kafkajs gives every answer with an error code a `type`. */
const isProtocolError = (error: unknown): boolean => error instanceof Error && 'type' in error;
