import { settle } from '../log/virtual-clock.js';
import { World } from './world.js';

let world: World;
beforeEach(() => {
  world = new World({ partitions: 2 });
});
afterEach(() => world.end());

it('keeps claim and memory over a rebalance that leaves it the partition', async () => {
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

it('leaves the snapshot to the next owner', async () => {
  const old = await world.process('old').deciding();
  const next = await world.process('next').start();
  await world.clock.pass(500);
  await world.ask(world.grant(100));
  const save = jest.spyOn(old.store, 'save');
  world.broker.groups.pin('t.decider', 0, 'next');
  await world.until(() => next.status()?.state === 'deciding', 'the next decides');
  await world.clock.pass(1_000);
  expect(save.mock.calls.filter(([, , { partition }]) => partition === 0)).toEqual([]);
  expect(await world.ask(world.grant(5))).toMatchObject({ result: { balance: 105 } });
});

it('waits for its former self when it comes back while that lets go', async () => {
  let ackMs = 0;
  const faults = { latencyMs: ({ kind }: { kind: string }) => (kind === 'ack' ? ackMs : 0) };
  const owner = await world.process('a', { faults }).deciding();
  world.broker.groups.pin('t.decider', 0, 'a');
  await world.process('other', { faults: { heartbeatFails: () => true } }).start();
  ackMs = 500;
  world.send([world.grant(100)]);
  await world.until(() => world.types().length > 0, 'an append is under way');
  ackMs = 0;
  world.broker.groups.pin('t.decider', 0, 'other');
  await world.until(() => owner.status() === undefined, 'it lets go');
  world.broker.groups.pin('t.decider', 0, 'a');
  await world.until(() => owner.status() !== undefined, 'it is told to come back');
  for (let turn = 0; turn < 20; turn += 1) await settle();
  expect(world.claims()).toBe(1);
  await world.clock.pass(500);
  await world.until(() => owner.status()?.state === 'deciding', 'it is back');
  expect(world.replies).toHaveLength(1);
  expect(world.claims()).toBe(2);
});

it('does not claim any more when the partition is taken from it while it restores', async () => {
  let heartbeatMs = 0;
  const faults = { latencyMs: ({ kind }: { kind: string }) => (kind === 'heartbeat' ? heartbeatMs : 0) };
  const other = await world.process('other').deciding();
  heartbeatMs = 500;
  const late = await world.process('late', { faults }).start();
  world.broker.groups.pin('t.decider', 0, 'late');
  await world.until(() => late.status()?.state === 'restoring', 'it restores');
  for (let turn = 0; turn < 20; turn += 1) await settle();
  world.broker.groups.pin('t.decider', 0, 'other');
  await world.until(() => other.status()?.state === 'deciding', 'the other is back');
  const claims = world.claims();
  await world.clock.pass(1_000);
  expect(world.claims()).toBe(claims);
  expect(other.status()?.state).toBe('deciding');
});
