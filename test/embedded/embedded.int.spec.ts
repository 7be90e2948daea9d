import { Kafka, logLevel } from 'kafkajs';
import { chmodSync, readdirSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import pg from 'pg';
import {
  EmbeddedUnavailable,
  FolderInUse,
  startEmbedded,
  startKafka,
  startPostgres,
  type EmbeddedStack,
} from '../../src/embedded/embedded.js';
import { freePort } from '../../src/embedded/ports.js';
import { identify } from '../../src/embedded/process-ref.js';
import { patchKafkajs } from '../../src/log/kafka/kafkajs-patch.js';
import { newStackFolder } from '../support/stack.folder.js';
import { startElsewhere } from './starter.js';

jest.setTimeout(60_000);
// As the service does: without it kafkajs sets timers of less than nothing, and Node warns.
patchKafkajs();

let dataDir: string;
let running: { stop(): Promise<void> }[];

beforeEach(() => {
  dataDir = newStackFolder();
  running = [];
});

afterEach(async () => {
  await Promise.all(running.map((one) => one.stop()));
  rmSync(dataDir, { recursive: true, force: true });
});

const kept = async <T extends { stop(): Promise<void> }>(starting: Promise<T>): Promise<T> => {
  const started = await starting;
  running.push(started);
  return started;
};

const isRunning = (pid: number): boolean => identify(pid) !== undefined;

const query = async (databaseUrl: string, sql: string): Promise<unknown[]> => {
  const client = new pg.Client(databaseUrl);
  await client.connect();
  try {
    return (await client.query(sql)).rows as unknown[];
  } finally {
    await client.end();
  }
};

const withKafka = async <T>(broker: string, use: (kafka: Kafka) => Promise<T>): Promise<T> =>
  use(new Kafka({ brokers: [broker], logLevel: logLevel.NOTHING }));

const produce = (broker: string): Promise<void> =>
  withKafka(broker, async (kafka) => {
    const admin = kafka.admin();
    const producer = kafka.producer();
    await Promise.all([admin.connect(), producer.connect()]);
    await admin.createTopics({ topics: [{ topic: 'kept', numPartitions: 1 }], waitForLeaders: true });
    await producer.send({ topic: 'kept', acks: -1, messages: [{ value: 'a' }, { value: 'b' }] });
    await Promise.all([admin.disconnect(), producer.disconnect()]);
  });

const endOffset = (broker: string): Promise<string | undefined> =>
  withKafka(broker, async (kafka) => {
    const admin = kafka.admin();
    await admin.connect();
    const [partition] = await admin.fetchTopicOffsets('kept');
    await admin.disconnect();
    return partition?.high;
  });

const write = async ({ kafkaBrokers, databaseUrl }: EmbeddedStack): Promise<void> => {
  await produce(kafkaBrokers);
  await query(databaseUrl, 'CREATE TABLE kept AS SELECT 42 AS answer');
};

const expectData = async (kafkaBrokers: string, databaseUrl: string): Promise<void> => {
  expect(await endOffset(kafkaBrokers)).toBe('2');
  expect(await query(databaseUrl, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
};

describe('the embedded stack', () => {
  it('keeps data, addresses and password over a stop and a start', async () => {
    const first = await kept(startEmbedded({ dataDir }));
    await write(first);
    await first.stop();
    expect([first.kafka.pid, first.postgres.pid].filter(isRunning)).toEqual([]);

    const second = await kept(startEmbedded({ dataDir }));
    expect([second.kafkaBrokers, second.databaseUrl]).toEqual([first.kafkaBrokers, first.databaseUrl]);
    await expectData(second.kafkaBrokers, second.databaseUrl);
    expect(statSync(join(dataDir, 'postgres', 'password')).mode & 0o777).toBe(0o600);
  });

  it('serves its data on other ports after a SIGKILL', async () => {
    const first = await kept(startEmbedded({ dataDir }));
    await write(first);
    await Promise.all([first.kafka.kill(), first.postgres.kill()]);

    const [kafkaPort, postgresPort] = [await freePort(), await freePort()];
    const second = await kept(startEmbedded({ dataDir, kafkaPort, postgresPort }));
    expect([second.kafka.port, second.postgres.port]).toEqual([kafkaPort, postgresPort]);
    await expectData(second.kafkaBrokers, second.databaseUrl);
  });

  it('ends what a killed owner left behind, and keeps its data', async () => {
    const owner = await startElsewhere(dataDir);
    await query(owner.databaseUrl, 'CREATE TABLE kept AS SELECT 42 AS answer');
    await expect(startEmbedded({ dataDir })).rejects.toThrow(FolderInUse);
    await owner.kill();
    expect(owner.pids.filter(isRunning)).toEqual(owner.pids);

    const next = await kept(startEmbedded({ dataDir }));
    expect(owner.pids.filter(isRunning)).toEqual([]);
    expect(await query(next.databaseUrl, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
  });
});

describe('an embedded server', () => {
  it('tells when it ends without being asked', async () => {
    const postgres = await kept(startPostgres({ dataDir }));
    process.kill(postgres.pid, 'SIGKILL');
    expect(await postgres.exited).toEqual({ code: null, signal: 'SIGKILL' });
  });

  it('runs below a folder that nobody else may enter, as root too', async () => {
    chmodSync(dataDir, 0o700);
    const { databaseUrl } = await kept(startPostgres({ dataDir }));
    expect(await query(databaseUrl, 'SELECT current_database() AS name')).toEqual([{ name: 'tributary' }]);
  });

  it('refuses a folder that this process uses already', async () => {
    await kept(startPostgres({ dataDir }));
    await expect(startPostgres({ dataDir })).rejects.toThrow(FolderInUse);
  });

  it('leaves a stranger on its port alone', async () => {
    const stranger = createServer();
    const postgresPort = await freePort();
    await new Promise<void>((resolve) => stranger.listen(postgresPort, '127.0.0.1', resolve));
    await expect(startPostgres({ dataDir, postgresPort })).rejects.toThrow(
      `port ${postgresPort} on 127.0.0.1 is taken`,
    );
    expect(stranger.listening).toBe(true);
    stranger.close();
    expect(readdirSync(join(dataDir, 'postgres')).filter((name) => name.startsWith('claim'))).toEqual([]);
  });

  it('shows the end of its log when it does not start', async () => {
    const broken = startKafka({ dataDir, extraKafka: { 'num.io.threads': 'many' } });
    await expect(broken).rejects.toThrow('Invalid value many for configuration num.io.threads');
  });

  it('names the three ways out when there is no Java', async () => {
    const { PATH: path, JAVA_HOME: home } = process.env;
    Object.assign(process.env, { PATH: dataDir });
    delete process.env['JAVA_HOME'];
    const refusal: unknown = await startKafka({ dataDir }).catch((error: unknown) => error);
    Object.assign(process.env, { PATH: path, ...(home !== undefined && { JAVA_HOME: home }) });
    expect(refusal).toBeInstanceOf(EmbeddedUnavailable);
    for (const way of ['Java 17 or newer', 'docker compose up', 'KAFKA_BROKERS and DATABASE_URL'])
      expect((refusal as Error).message).toContain(way);
  });
});
