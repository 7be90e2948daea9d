import { TOPICS, World } from './world.js';

let world: World;
beforeEach(() => {
  world = new World();
});
afterEach(() => world.end());

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

it('stops the process when nothing has been answered over many claims', async () => {
  const owner = await world.process('a', { faults: { heartbeatFails: () => true } }).start();
  await world.clock.pass(10 * 60_000);
  expect(owner.fatal).toHaveLength(1);
  expect(owner.fatal[0]?.message).toContain('heartbeat');
  expect(owner.status()?.state).toBe('stopped');
});

it('stops the process on a bug of its own', async () => {
  const owner = await world.process('a').deciding();
  jest.spyOn(owner.store, 'load').mockImplementation(() => Promise.resolve(null as never));
  world.send([world.grant(1)]);
  await world.until(() => owner.fatal.length > 0, 'the alarm');
  expect(owner.fatal.map(({ name }) => name)).toEqual(['TypeError']);
});
