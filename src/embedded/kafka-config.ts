/** What `server.properties` depends on. */
export interface BrokerAddress {
  readonly port: number;
  readonly controllerPort: number;
}

/**
 * The broker's `server.properties`: one node that is broker and controller, on loopback only, sized for two cores.
 * The voter is static, because `format --standalone` would store the controller's port in the data for ever.
 * @param extra added, or put in place of what stands here.
 */
export const serverProperties = ({ port, controllerPort }: BrokerAddress, extra: Record<string, string>): string => {
  const addresses = {
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`,
  };
  const entries = Object.entries({ ...FIXED, ...addresses, ...extra });
  return entries.map(([key, value]) => `${key}=${value}\n`).join('');
};

const FIXED = {
  'process.roles': 'broker,controller',
  'node.id': '1',
  'controller.listener.names': 'CONTROLLER',
  'inter.broker.listener.name': 'PLAINTEXT',
  'listener.security.protocol.map': 'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT',
  'log.dirs': 'data', // Relative to the broker's working directory: the folder may move, and hold commas.
  'auto.create.topics.enable': 'false',
  'num.partitions': '8',
  'default.replication.factor': '1',
  'min.insync.replicas': '1',
  'unclean.leader.election.enable': 'false',
  // 50 + 50 partitions by default make the first use of a group slow.
  'offsets.topic.replication.factor': '1',
  'offsets.topic.num.partitions': '4',
  'transaction.state.log.replication.factor': '1',
  'transaction.state.log.min.isr': '1',
  'transaction.state.log.num.partitions': '4',
  'share.coordinator.state.topic.replication.factor': '1',
  'share.coordinator.state.topic.min.isr': '1',
  'group.initial.rebalance.delay.ms': '0',
  'group.min.session.timeout.ms': '2000',
  'group.coordinator.append.linger.ms': '0',
  // After a `kill -9` the next start waits for the session of the broker before it to end: 9 s by default.
  'broker.session.timeout.ms': '3000',
  'broker.heartbeat.interval.ms': '500',
  'log.retention.ms': '-1',
  'log.cleaner.dedupe.buffer.size': '16777216', // The default of 128 MB is allocated at start and fills a small heap.
  'num.network.threads': '2',
  'num.io.threads': '4',
  'background.threads': '4',
  'num.recovery.threads.per.data.dir': '2',
  'controlled.shutdown.enable': 'true',
};
