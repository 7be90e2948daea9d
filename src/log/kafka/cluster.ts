import { BrokerConnection, NotSent, type Address, type ConnectionOptions } from './broker-connection.js';
import { keyOf, type Metadata } from './metadata.js';

/**
 * One connection per broker, for one use: reads, a part of the appends, every subscription and every membership have their
 * own. A broker answers one request per connection at a time, so that a long poll or a pending join holds up all behind it.
 */
export class Cluster {
  private readonly connections = new Map<string, BrokerConnection>();
  private isClosed = false;

  constructor(
    private readonly metadata: Metadata,
    private readonly options: ConnectionOptions,
  ) {}

  /** The cached leader; null when it is not known or there is none. */
  leaderOf(topic: string, partition: number): number | null {
    const leader = this.metadata.partitions(topic)[partition]?.leader ?? -1;
    return this.metadata.node(leader) ? leader : null;
  }

  /** With one replica an append never waits for others: an error about the leader came before the write. */
  isSingleReplica(topic: string, partition: number): boolean {
    return this.metadata.partitions(topic)[partition]?.replicas.length === 1;
  }

  /** From the cache; 0 when the topic is not known. */
  partitionCount(topic: string): number {
    return this.metadata.partitions(topic).length;
  }

  /** See `Metadata.refresh`. */
  refresh(topics: readonly string[]): Promise<void> {
    return this.metadata.refresh(topics);
  }

  /** @throws NotSent when the node is not known (any more). */
  node(nodeId: number): BrokerConnection {
    const address = this.metadata.node(nodeId);
    if (!address) throw new NotSent(`broker ${nodeId} is not known`);
    return this.at(address);
  }

  /** The broker at an address that another broker has named. */
  at(address: Address): BrokerConnection {
    if (this.isClosed) throw new NotSent('closed');
    const known = this.connections.get(keyOf(address));
    if (known) return known;
    const connection = new BrokerConnection({ host: address.host, port: address.port }, this.options);
    this.connections.set(keyOf(address), connection);
    return connection;
  }

  /** Any broker that is up, a connected one if there is one. @throws NotSent */
  async any(): Promise<BrokerConnection> {
    await this.metadata.refresh([]);
    const known = this.metadata.addresses.map((address) => this.at(address));
    const [first] = known.toSorted((a, b) => Number(b.isConnected) - Number(a.isConnected));
    if (!first) throw new NotSent('no broker is known');
    return first;
  }

  /** Fails what is in flight; the next request opens a new connection. */
  interrupt(reason: string): void {
    for (const connection of this.connections.values()) connection.reset(reason);
  }

  /** Fails what is in flight and opens nothing any more. */
  close(): void {
    this.isClosed = true;
    this.interrupt('closed');
    this.connections.clear();
  }
}
