import { ErrorCode, BrokerRefused } from './protocol.js';
import { BrokerConnection, NotSent, type Address, type ConnectionOptions } from './broker-connection.js';
import { metadataExchange, type ClusterMetadata, type PartitionMetadata } from './metadata-exchange.js';

const METADATA_TIMEOUT_MS = 5_000;

export interface ClusterOptions extends ConnectionOptions {
  readonly brokers: readonly string[];
}

/**
 * Who leads which partition, and one connection per broker. Each use (appends, reads, every subscription, every
 * membership) has a cluster of its own: a broker answers one request per connection at a time, so that a long poll or
 * a pending group join would hold up everything behind it.
 */
export class Cluster {
  private readonly connections = new Map<string, BrokerConnection>();
  private readonly seeds: readonly Address[];
  private readonly topics = new Map<string, readonly PartitionMetadata[]>();
  private nodes = new Map<number, Address>();
  private refreshing: Promise<void> | null = null;
  private isClosed = false;

  constructor(private readonly options: ClusterOptions) {
    this.seeds = options.brokers.map(addressOf);
  }

  /** The cached leader; null when it is not known or there is none. */
  leaderOf(topic: string, partition: number): number | null {
    const leader = this.metadataOf(topic, partition)?.leader ?? -1;
    return leader >= 0 && this.nodes.has(leader) ? leader : null;
  }

  /** With one replica an append never waits for others: an error about the leader came before the write. */
  isSingleReplica(topic: string, partition: number): boolean {
    return this.metadataOf(topic, partition)?.replicas.length === 1;
  }

  /** From the cache; 0 when the topic is not known. */
  partitionCount(topic: string): number {
    return this.topics.get(topic)?.length ?? 0;
  }

  /** @throws NotSent when the node is not known (any more). */
  node(nodeId: number): BrokerConnection {
    const address = this.nodes.get(nodeId);
    if (!address) throw new NotSent(`broker ${nodeId} is not known`);
    return this.connection(address);
  }

  /** The broker at an address that another broker has named. */
  at({ host, port }: Address): BrokerConnection {
    return this.connection({ host, port });
  }

  /** Any broker, a connected one if there is one. @throws NotSent */
  async any(): Promise<BrokerConnection> {
    if (this.nodes.size === 0) await this.refresh([]);
    const known = [...this.nodes.values()].map((address) => this.connection(address));
    const [first] = known.toSorted((a, b) => Number(b.isConnected) - Number(a.isConnected));
    if (!first) throw new NotSent('no broker is known');
    return first;
  }

  /**
   * Asks for the leaders of the topic (and of all topics asked for before). Calls at the same time share one request.
   * @throws NotSent when no broker answers, BrokerRefused when the topic does not exist.
   */
  async refresh(topics: readonly string[]): Promise<void> {
    const isNew = topics.some((topic) => this.partitionCount(topic) === 0);
    for (const topic of topics) if (!this.topics.has(topic)) this.topics.set(topic, []);
    // A request on its way does not ask for the new topic; its failure is its callers' affair.
    if (this.refreshing && isNew) await this.refreshing.catch(() => undefined);
    this.refreshing ??= this.load().finally(() => {
      this.refreshing = null;
    });
    await this.refreshing;
    const missing = topics.find((topic) => this.partitionCount(topic) === 0);
    if (missing) throw new BrokerRefused(`topic ${missing}`, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
  }

  /** Fails what is in flight and opens nothing any more. */
  close(): void {
    this.isClosed = true;
    for (const connection of this.connections.values()) connection.reset('closed');
    this.connections.clear();
  }

  private metadataOf(topic: string, partition: number): PartitionMetadata | undefined {
    return this.topics.get(topic)?.[partition];
  }

  private async load(): Promise<void> {
    const failures: string[] = [];
    for (const connection of this.candidates()) {
      try {
        this.accept(await connection.send(metadataExchange([...this.topics.keys()], METADATA_TIMEOUT_MS)));
        return;
      } catch (error) {
        failures.push(error instanceof Error ? error.message : String(error));
      }
    }
    throw new NotSent(`no broker answers: ${failures.join('; ')}`);
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
    this.forgetUnused();
  }

  private forgetUnused(): void {
    const used = new Set([...this.nodes.values(), ...this.seeds].map(keyOf));
    for (const [key, connection] of this.connections) {
      if (used.has(key)) continue;
      this.connections.delete(key);
      connection.reset('the broker has left the cluster');
    }
  }

  private connection(address: Address): BrokerConnection {
    if (this.isClosed) throw new NotSent('closed');
    const key = keyOf(address);
    const known = this.connections.get(key);
    if (known) return known;
    const connection = new BrokerConnection(address, this.options);
    this.connections.set(key, connection);
    return connection;
  }
}

const keyOf = ({ host, port }: Address): string => `${host}:${port}`;

const addressOf = (broker: string): Address => {
  const colon = broker.lastIndexOf(':');
  const port = Number(broker.slice(colon + 1));
  const host = broker.slice(0, colon).replace(/^\[|\]$/g, '');
  if (colon < 1 || host === '' || !Number.isInteger(port)) throw new Error(`not host:port: ${broker}`);
  return { host, port };
};
