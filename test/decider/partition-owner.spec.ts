import { streams } from '../../src/domain/streams.js';
import type { AppendFault, OutgoingAppend } from '../../src/log/memory/memory-process.js';
import { ORG, TOPICS, World } from './world.js';

let world: World;
beforeEach(() => {
  world = new World();
});
afterEach(() => world.end());

const eventsAppend = ({ topic, records }: OutgoingAppend): boolean =>
  topic === TOPICS.events && !records.some(({ value }) => value.includes('"PartitionClaimed"'));

/** The given fault for the first append of events. */
const once = (fault: AppendFault) => {
  let spent = false;
  return (append: OutgoingAppend): AppendFault | null => {
    if (spent || !eventsAppend(append)) return null;
    spent = true;
    return fault;
  };
};

it('claims, restores, decides and answers with the place of its events in the log', async () => {
  const owner = await world.process('a').deciding();
  const answer = await world.ask(world.grant(100));
  expect(answer).toMatchObject({ kind: 'answered', result: { balance: 100, available: 100 } });
  expect(world.types()).toEqual(['CreditsGranted', 'CommandAnswered']);
  expect(world.replies[0]?.position).toEqual({ partition: 0, offset: world.events().at(-1)?.offset });
  expect(owner.status()).toMatchObject({ state: 'deciding', lagMs: 0, claim: world.events()[0]?.claim });
});

it('fences the owner that was frozen: it drops silently and answers nothing', async () => {
  const zombie = await world.process('zombie').deciding();
  zombie.log.freeze();
  world.send([world.grant(100)]);
  await world.clock.pass(10_000);
  const heir = world.process('heir');
  await heir.deciding();
  await world.until(() => world.replies.length === 1, 'the heir answers');
  zombie.log.thaw();
  await world.clock.pass(10_000);
  expect(world.replies.map(({ from }) => from)).toEqual(['heir']);
  expect(world.state().get(streams.account(ORG))?.balance).toBe(100);
  expect(zombie.fatal).toEqual([]);
});

it('answers again after a crash between append and reply, and decides nothing twice', async () => {
  const command = world.grant(100);
  const first = await world
    .process('first', { faults: { latencyMs: ({ kind }) => (kind === 'ack' ? 50 : 0) } })
    .start();
  await world.passUntil(() => first.status()?.state === 'deciding', 'the first decides');
  world.send([command]);
  await world.until(() => world.events().length === 2, 'the events are in the log');
  first.log.kill();
  await world.clock.pass(10_000);
  await world.process('second').deciding();
  const again = await world.ask(command);
  expect(again).toMatchObject({ kind: 'answered', replayed: true });
  expect(world.state().get(streams.account(ORG))?.balance).toBe(100);
});

it.each(['lost-ack', 'failed'] as const)('claims again when the outcome of an append is unknown (%s)', async (kind) => {
  const owner = await world.process('a', { faults: { onAppend: once({ kind }) } }).deciding();
  const command = world.grant(100);
  world.send([command]);
  await world.until(() => owner.status()?.state === 'dropped', 'it drops');
  expect(world.replies).toEqual([]);
  await world.passUntil(() => owner.status()?.state === 'deciding', 'it is back');
  await world.ask(command);
  expect(world.claims()).toBe(2);
  expect(world.state().get(streams.account(ORG))?.balance).toBe(100);
});

it('counts a batch once that lands again late', async () => {
  const onAppend = once({ kind: 'late-duplicate', afterMs: 50 });
  await world.process('a', { faults: { onAppend } }).deciding();
  await world.ask(world.grant(100));
  await world.clock.pass(100);
  await world.ask(world.grant(5));
  expect(world.state().get(streams.account(ORG))?.balance).toBe(105);
});

it('claims only after a heartbeat, and waits when there is none', async () => {
  let silent = true;
  const owner = await world.process('a', { faults: { heartbeatFails: () => silent } }).start();
  await world.clock.pass(1_000);
  expect(world.claims()).toBe(0);
  expect(owner.status()).toMatchObject({ state: 'dropped', claim: null });
  expect(owner.status()?.lagMs).toBeGreaterThanOrEqual(1_000);
  silent = false;
  await world.passUntil(() => owner.status()?.state === 'deciding', 'it claims');
  expect(world.claims()).toBe(1);
});

it('keeps claim and memory over a rebalance that leaves it the partition', async () => {
  world = new World({ partitions: 2 });
  const kept = await world.process('kept').deciding();
  await world.ask(world.grant(100));
  const { claim } = kept.status() ?? {};
  const other = await world.process('other').start();
  await world.until(() => other.status(1)?.state === 'deciding', 'the other takes partition 1');
  expect(kept.decider.status().partitions.map(({ partition }) => partition)).toEqual([0]);
  expect(kept.status()).toMatchObject({ state: 'deciding', claim });
  await world.ask(world.grant(5));
  expect(world.claims(0)).toBe(1);
  expect(world.claims(1)).toBe(2);
});

it('stops with one alarm when the commands topic was re-created', async () => {
  const owner = await world.process('a').deciding();
  await world.ask(world.grant(100));
  await owner.decider.stop();
  world.broker.recreate(TOPICS.commands);
  const next = await world.process('b').start();
  await world.until(() => next.fatal.length > 0, 'the alarm');
  expect(next.fatal.map(({ name }) => name)).toEqual(['CommandsTruncated']);
  expect(next.status()?.state).toBe('stopped');
});

it('stops with one alarm when the events log went back behind the snapshot', async () => {
  const owner = await world.process('a').deciding();
  await world.ask(world.grant(100));
  await owner.decider.stop();
  world.broker.partition(TOPICS.events, 0).truncate(1n);
  const next = await world.process('b').start();
  await world.until(() => next.fatal.length > 0, 'the alarm');
  expect(next.fatal.map(({ name }) => name)).toEqual(['LogWentBack']);
  expect(next.fatal[0]?.message).toContain('repair --accept-loss --partition 0');
});

it('stops undecided at a command from the future, but decides what stands before it', async () => {
  const owner = await world.process('a').deciding();
  const early = world.grant(1);
  const clock = { nowMs: world.clock.now() };
  jest.spyOn(world.clock, 'now').mockImplementation(() => clock.nowMs);
  world.send([early]);
  clock.nowMs += 30_001;
  world.send([world.grant(2)]);
  clock.nowMs -= 30_001;
  await world.until(() => owner.fatal.length > 0, 'the alarm');
  jest.restoreAllMocks();
  expect(owner.fatal.map(({ name }) => name)).toEqual(['CommandFromFuture']);
  expect(world.replies.map(({ commandId }) => commandId)).toEqual([early.id]);
  expect(world.types()).toEqual(['CreditsGranted', 'CommandAnswered']);
});

it('never lets time go back: a command is decided at the time of the last event at least', async () => {
  await world.process('a').deciding();
  await world.ask(world.grant(1));
  const last = world.events().at(-1)?.time;
  const back = world.clock.now() - 5_000;
  jest.spyOn(world.clock, 'now').mockImplementation(() => back);
  await world.ask(world.grant(2));
  jest.restoreAllMocks();
  expect(world.events().at(-1)?.time).toBe(last);
});

it('goes on behind the last decided command after a restart', async () => {
  const first = await world.process('first').deciding();
  await world.ask(world.grant(1));
  await first.decider.stop();
  world.send([world.grant(2), world.grant(3)]);
  await world.process('second').deciding();
  await world.until(() => world.replies.length === 3, 'three answers');
  expect(world.events().map(({ commandOffset }) => commandOffset)).toEqual([0n, 0n, 1n, 1n, 2n, 2n]);
});
