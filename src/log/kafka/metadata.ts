import { BrokerConnection, NotSent, type Address, type ConnectionOptions } from './broker-connection.js';
import { metadataExchange, type ClusterMetadata, type PartitionMetadata } from './metadata-exchange.js';
import { BrokerRefused, ErrorCode } from './protocol.js';

const TIMEOUT_MS = 5_000;

/**
 * Who leads which partition and where the brokers are, shared by all users of a log: who first meets a new leader
 * tells the others. Its connections are its own: behind an append that waits for replicas it would learn nothing.
 */
export class Metadata {
  private readonly connections = new Map<string, BrokerConnection>();
  private readonly seeds: readonly Address[];
  private readonly topics = new Map<string, readonly PartitionMetadata[]>();
  private nodes = new Map<number, Address>();
  private refreshing: Promise<void> | null = null;
  private isClosed = false;

  constructor(
    brokers: readonly string[],
    private readonly options: ConnectionOptions,
  ) {
    this.seeds = brokers.map(addressOf);
  }

  /** Of a topic, in order; none when the topic is not known. */
  partitions(topic: string): readonly PartitionMetadata[] {
    return this.topics.get(topic) ?? [];
  }

  node(nodeId: number): Address | undefined {
    return this.nodes.get(nodeId);
  }

  /** Of the brokers that were up when last asked. */
  get addresses(): readonly Address[] {
    return [...this.nodes.values()];
  }

  /**
   * Asks for the leaders of these topics (and of all topics asked for before). Calls at the same time share one
   * request.
   * @throws NotSent when no broker answers, BrokerRefused when a topic does not exist.
   */
  async refresh(topics: readonly string[]): Promise<void> {
    const isNew = topics.some((topic) => this.partitions(topic).length === 0);
    for (const topic of topics) if (!this.topics.has(topic)) this.topics.set(topic, []);
    // A request on its way does not ask for the new topic; its failure is its callers' affair.
    if (this.refreshing && isNew) await this.refreshing.catch(() => undefined);
    this.refreshing ??= this.load().finally(() => {
      this.refreshing = null;
    });
    await this.refreshing;
    const missing = topics.find((topic) => this.partitions(topic).length === 0);
    if (missing) throw new BrokerRefused(`topic ${missing}`, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
  }

  close(): void {
    this.isClosed = true;
    for (const connection of this.connections.values()) connection.reset('closed');
  }

  private async load(): Promise<void> {
    const failures: string[] = [];
    for (const connection of this.candidates()) {
      try {
        if (this.isClosed) break;
        this.accept(await connection.send(metadataExchange([...this.topics.keys()], TIMEOUT_MS)));
        return;
      } catch (error) {
        failures.push(error instanceof Error ? error.message : String(error));
      }
    }
    throw new NotSent(this.isClosed ? 'closed' : `no broker answers: ${failures.join('; ')}`);
  }

  // Connected ones first, then the known ones, then the addresses that we were started with.
  private candidates(): readonly BrokerConnection[] {
    const known = [...this.nodes.values(), ...this.seeds].map((address) => this.connection(address));
    return [...new Set(known)].toSorted((a, b) => Number(b.isConnected) - Number(a.isConnected));
  }

  private accept({ nodes, topics }: ClusterMetadata): void {
    this.nodes = new Map(nodes.map(({ nodeId, host, port }) => [nodeId, { host, port }]));
    for (const { topic, partitions, errorCode } of topics) {
      const sorted = partitions.toSorted((a, b) => a.partition - b.partition);
      this.topics.set(topic, errorCode === ErrorCode.NONE ? sorted : []);
    }
  }

  private connection(address: Address): BrokerConnection {
    const known = this.connections.get(keyOf(address));
    if (known) return known;
    const connection = new BrokerConnection(address, this.options);
    this.connections.set(keyOf(address), connection);
    return connection;
  }
}

export const keyOf = ({ host, port }: Address): string => `${host}:${port}`;

const addressOf = (broker: string): Address => {
  const colon = broker.lastIndexOf(':');
  const port = Number(broker.slice(colon + 1));
  const host = broker.slice(0, colon).replace(/^\[|\]$/g, '');
  if (colon < 1 || host === '' || !Number.isInteger(port)) throw new Error(`not host:port: ${broker}`);
  return { host, port };
};
