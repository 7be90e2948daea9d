import { streams } from '../../src/domain/streams.js';
import type { AppendFault, OutgoingAppend } from '../../src/log/memory/memory-process.js';
import { settle } from '../log/virtual-clock.js';
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

it('answers what is being appended before it stops, and takes nothing more', async () => {
  const faults = { latencyMs: ({ kind }: { kind: string }) => (kind === 'ack' ? 50 : 0) };
  const owner = await world.process('a', { faults, limits: { batchCommands: 1 } }).start();
  await world.passUntil(() => owner.status()?.state === 'deciding', 'it decides');
  world.send([world.grant(1), world.grant(2)]);
  await world.until(() => world.types().length === 2, 'the first is in the log');
  const stopped = jest.fn();
  const stop = owner.decider.stop().then(stopped);
  await settle();
  expect(stopped).not.toHaveBeenCalled();
  await world.clock.pass(50);
  await stop;
  expect(world.replies).toHaveLength(1);
  expect(world.types()).toHaveLength(2);
  expect(world.tables.checkpoint(0)).toMatchObject({ seq: 2 });
});

it('renews its claim after ten minutes of activity', async () => {
  await world.process('a').deciding();
  await world.ask(world.grant(1));
  await world.clock.pass(10 * 60_000);
  await world.ask(world.grant(2));
  await world.until(() => world.claims() === 2, 'the renewal');
  await world.ask(world.grant(3));
  expect(new Set(world.events().map(({ claim }) => claim)).size).toBe(1);
  expect(world.claims()).toBe(2);
});

it('names no claim before that stands in the log', async () => {
  const faults = { latencyMs: ({ kind }: { kind: string }) => (kind === 'heartbeat' ? 50 : 0) };
  const owner = await world.process('a', { faults }).start();
  await world.until(() => owner.status()?.state === 'restoring', 'it restores');
  expect([world.claims(), owner.status()?.claim]).toEqual([0, null]);
  await world.passUntil(() => owner.status()?.state === 'deciding', 'it decides');
  expect([world.claims(), owner.status()?.claim]).toEqual([1, expect.any(String)]);
});
