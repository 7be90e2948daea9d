import { randomUUID } from 'node:crypto';
import { Database } from '../../src/db/database.js';
import { migrate } from '../../src/db/migrate.js';
import { Decider } from '../../src/decider/decider.js';
import { PostgresSnapshotStore } from '../../src/decider/postgres-snapshot-store.js';
import type { Command } from '../../src/domain/command.js';
import type { CommandId, OrgId } from '../../src/domain/kernel/ids.js';
import { CommandSender } from '../../src/log/command-sender.js';
import { KafkaLog } from '../../src/log/kafka/kafka-log.js';
import { topicsOf } from '../../src/log/log.js';
import { Replies } from '../../src/log/replies.js';
import { provisionTopics } from '../../src/log/topics.js';
import { systemClock } from '../../src/observability/clock.js';
import { createLogger } from '../../src/observability/logger.js';
import { sha256 } from '../support/given.js';
import { testStack } from '../support/stack.js';

jest.setTimeout(60_000);

const POLL_MS = 10;
const ORGS = 20;
const logger = createLogger(process.env['TEST_LOG_LEVEL'] ?? 'silent');
const topics = topicsOf(`decider-${randomUUID().slice(0, 8)}.`);
const brokers = testStack().kafkaBrokers.split(',');

let database: Database;
const ends: (() => Promise<void>)[] = [];

beforeAll(async () => {
  await provisionTopics({ brokers, topics, partitions: 2, logger });
  const schema = `decider_${randomUUID().slice(0, 8)}`;
  database = await Database.connect({ url: testStack().databaseUrl, schema, durability: 'durable' });
  await migrate(database, { url: testStack().databaseUrl, schema });
});
afterAll(async () => {
  for (const end of ends.reverse()) await end();
  await database.close();
});

const until = async (condition: () => boolean): Promise<void> => {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, POLL_MS));
};

/** A decider process with a client of its own in it. */
const start = async (name: string) => {
  const log = await KafkaLog.connect({ brokers, clientId: name, logger });
  const fatal: Error[] = [];
  const onFatal = (error: Error) => void fatal.push(error);
  const replies = new Replies({ log, topics, instance: `${name}-${randomUUID()}`, logger, onFatal });
  await replies.start();
  const sender = new CommandSender({ log, topics });
  const decider = new Decider({
    log,
    topics,
    replies,
    sender,
    logger,
    sha256,
    onFatal,
    snapshots: new PostgresSnapshotStore(database),
    clock: systemClock,
    unit: 'credit',
    processId: name,
  });
  await decider.start();
  ends.push(async () => {
    await decider.stop();
    await sender.close();
    await replies.stop();
    await log.close();
  });
  const ask = async (command: Command) => {
    const { reply } = replies.wait(command.id);
    await sender.send({ ...command, replyTo: replies.replyTo });
    return (await reply).answer;
  };
  const deciding = () => decider.status().partitions.filter(({ state }) => state === 'deciding').length;
  return { decider, ask, deciding, fatal };
};

const grantTo = (org: number): Command => ({
  id: randomUUID() as CommandId,
  type: 'GrantCredits',
  orgId: `org_${org}` as OrgId,
  data: { amount: 10, source: 'purchase', expiresAt: null, referenceId: null },
  keyed: true,
  fingerprint: 'f',
  correlationId: 'test',
  sentAtMs: systemClock.now(),
  waitMs: 30_000,
  replyTo: null,
});

it('decides on a real broker, shares partitions, and hands them on with nothing lost or doubled', async () => {
  const first = await start('first');
  await until(() => first.deciding() === 2);
  const grants = Array.from({ length: ORGS }, (_, org) => grantTo(org));
  const answers = await Promise.all(grants.map((grant) => first.ask(grant)));
  expect(answers).toMatchObject(grants.map(() => ({ kind: 'answered', replayed: false, result: { balance: 10 } })));

  const second = await start('second');
  await until(() => first.deciding() === 1 && second.deciding() === 1);
  const again = await Promise.all(grants.map((grant) => second.ask(grant)));
  expect(again).toMatchObject(grants.map(() => ({ kind: 'answered', replayed: true, result: { balance: 10 } })));

  await first.decider.stop();
  await until(() => second.deciding() === 2);
  const more = await Promise.all(grants.map((_, org) => second.ask(grantTo(org))));
  expect(more).toMatchObject(grants.map(() => ({ kind: 'answered', result: { balance: 20 } })));
  expect([...first.fatal, ...second.fatal]).toEqual([]);
});
