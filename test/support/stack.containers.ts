import { PostgreSqlContainer } from '@testcontainers/postgresql';
import { GenericContainer, getContainerRuntimeClient, RandomPortGenerator, Wait } from 'testcontainers';
import type { RunStack } from './stack.run.js';

const KAFKA_IMAGE = 'apache/kafka:4.3.1';
const POSTGRES_IMAGE = 'postgres:18';
const START_MS = 180_000;

/** The stack in containers; they are removed by `stop`, or by Testcontainers' reaper if this process dies. */
export const startContainers = async (): Promise<RunStack> => {
  const [kafka, postgres] = await Promise.all([
    startKafka(),
    new PostgreSqlContainer(POSTGRES_IMAGE).withDatabase('tributary').start(),
  ]);
  return {
    kafkaBrokers: kafka.address,
    databaseUrl: postgres.getConnectionUri(),
    stop: async () => {
      await Promise.all([kafka.container.stop(), postgres.stop()]);
    },
  };
};

// Testcontainers' own KafkaContainer only starts Confluent's image. The broker has to know the address under which
// clients reach it before it starts, so the host port is drawn here and not by Docker.
const startKafka = async () => {
  const { info } = await getContainerRuntimeClient();
  const port = await new RandomPortGenerator().generatePort();
  const address = `${info.containerRuntime.host}:${port}`;
  const container = await new GenericContainer(KAFKA_IMAGE)
    .withExposedPorts({ container: 9092, host: port })
    .withEnvironment({
      ...KAFKA_ENVIRONMENT,
      KAFKA_ADVERTISED_LISTENERS: `HOST://${address},INTERNAL://localhost:19092`,
    })
    .withWaitStrategy(Wait.forLogMessage(/Kafka Server started/))
    .withStartupTimeout(START_MS)
    .start();
  return { address, container };
};

/** Complete: the image replaces its whole default file as soon as one setting is given. */
const KAFKA_ENVIRONMENT = {
  KAFKA_NODE_ID: '1',
  KAFKA_PROCESS_ROLES: 'broker,controller',
  KAFKA_CONTROLLER_QUORUM_VOTERS: '1@localhost:9093',
  KAFKA_LISTENERS: 'HOST://:9092,INTERNAL://:19092,CONTROLLER://:9093',
  KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: 'HOST:PLAINTEXT,INTERNAL:PLAINTEXT,CONTROLLER:PLAINTEXT',
  KAFKA_INTER_BROKER_LISTENER_NAME: 'INTERNAL',
  KAFKA_CONTROLLER_LISTENER_NAMES: 'CONTROLLER',
  KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: '1',
  KAFKA_OFFSETS_TOPIC_NUM_PARTITIONS: '4',
  KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR: '1',
  KAFKA_TRANSACTION_STATE_LOG_MIN_ISR: '1',
  KAFKA_SHARE_COORDINATOR_STATE_TOPIC_REPLICATION_FACTOR: '1',
  KAFKA_SHARE_COORDINATOR_STATE_TOPIC_MIN_ISR: '1',
  KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS: '0',
  KAFKA_GROUP_MIN_SESSION_TIMEOUT_MS: '2000',
  KAFKA_GROUP_COORDINATOR_APPEND_LINGER_MS: '0',
  KAFKA_AUTO_CREATE_TOPICS_ENABLE: 'false',
};
