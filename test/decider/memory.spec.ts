import type { Command } from '../../src/domain/command.js';
import type { OrgId } from '../../src/domain/kernel/ids.js';
import { streams } from '../../src/domain/streams.js';
import { CORE, type Core } from '../../src/decider/core.js';
import { ORG, World } from './world.js';

let world: World;
beforeEach(() => {
  world = new World();
});
afterEach(() => world.end());

const org = (number: number): OrgId => `org_${number}` as OrgId;
const grantTo = (number: number): Command => world.grant(10, { orgId: org(number) });
const balanceOf = (number: number) => world.state().get(streams.account(org(number)))?.balance;
const checkpoint = () => world.tables.checkpoint(0);

/** Room for two accounts or so. */
const TINY = { workingSetBytes: 1_000 };

it('writes what has changed behind, with the checkpoint, 500 ms after the first change', async () => {
  await world.process('a').deciding();
  await world.clock.pass(500);
  await world.ask(grantTo(1));
  await world.clock.pass(499);
  expect(world.tables.row(streams.account(org(1)))).toBeUndefined();
  await world.clock.pass(1);
  await world.until(() => world.tables.row(streams.account(org(1))) !== undefined, 'the snapshot');
  expect(checkpoint()).toMatchObject({ seq: 2, commandOffset: 0n });
});

it('saves every stream with the seq of the event that changed it last', async () => {
  await world.process('a').deciding();
  world.send([grantTo(1), grantTo(2), grantTo(1)]);
  await world.until(() => world.replies.length === 3, 'all answers');
  await world.clock.pass(500);
  await world.until(() => checkpoint()?.seq === 6, 'the snapshot');
  expect([1, 2].map((number) => world.tables.row(streams.account(org(number)))?.seq)).toEqual([5, 3]);
});

it('never applies an event again to a row that is ahead of the checkpoint', async () => {
  const first = await world.process('a').deciding();
  await world.ask(grantTo(1));
  await world.clock.pass(500);
  const early = checkpoint();
  await world.ask(grantTo(1));
  await first.decider.stop();
  world.tables.move(0, early);
  await world.process('b').deciding();
  expect(await world.ask(grantTo(1))).toMatchObject({ result: { balance: 30 } });
});

it('writes at once when many streams have changed', async () => {
  await world.process('a', { limits: { snapshotChanges: 10 } }).deciding();
  world.send(Array.from({ length: 5 }, (_, index) => grantTo(index)));
  await world.until(() => checkpoint()?.seq === 10, 'the snapshot');
});

it('loads a cold stream again before it decides on it', async () => {
  const owner = await world.process('a', { limits: TINY }).deciding();
  const load = jest.spyOn(owner.store, 'load');
  for (let round = 0; round < 3; round += 1) {
    for (let number = 0; number < 10; number += 1) await world.ask(grantTo(number));
    await world.clock.pass(500);
  }
  const loads = load.mock.calls.filter(([, keys]) => keys.includes(streams.account(org(5))));
  expect(loads).toHaveLength(3);
  expect([0, 5, 9].map(balanceOf)).toEqual([30, 30, 30]);
});

it('never evicts what the snapshot does not hold yet', async () => {
  const owner = await world.process('a', { limits: TINY }).deciding();
  await world.clock.pass(500);
  for (let number = 0; number < 10; number += 1) await world.ask(grantTo(number));
  owner.store.faults.down = true;
  for (let number = 0; number < 10; number += 1) world.send([world.grant(1, { orgId: org(number), keyed: false })]);
  await world.until(() => world.replies.length === 20, 'hot streams go on without the database');
});

it('names all cold streams of a batch in one statement per round', async () => {
  const owner = await world.process('a').deciding();
  const load = jest.spyOn(owner.store, 'load');
  world.send(Array.from({ length: 50 }, (_, index) => grantTo(index)));
  await world.until(() => world.replies.length === 50, 'all answers');
  expect(load).toHaveBeenCalledTimes(1);
  expect(load.mock.calls[0]?.[1]).toHaveLength(100);
});

it('cuts a batch at the number of streams that one statement loads', async () => {
  const owner = await world.process('a', { limits: { loadStreams: 10 } }).deciding();
  const load = jest.spyOn(owner.store, 'load');
  world.send(Array.from({ length: 50 }, (_, index) => grantTo(index)));
  await world.until(() => world.replies.length === 50, 'all answers');
  expect(Math.max(...load.mock.calls.map(([, keys]) => keys.length))).toBeLessThan(20);
});

it('asks the core again when it has read a stream that it did not name', async () => {
  const core: Core = { ...CORE, streamsOf: (command) => [streams.recent(command.orgId, command.id)] };
  const first = await world.process('a').deciding();
  const command = grantTo(1);
  await world.ask(command);
  await first.decider.stop();
  world.replies.length = 0;
  await world.process('b', { core }).deciding();
  expect(await world.ask(command)).toMatchObject({ replayed: true });
  expect(await world.ask(grantTo(1))).toMatchObject({ result: { balance: 20 } });
});

it('drops the partition and claims again when somebody else wrote the snapshot', async () => {
  const owner = await world.process('a').deciding();
  await world.ask(grantTo(1));
  await world.clock.pass(500);
  await world.until(() => checkpoint()?.seq === 2, 'the snapshot');
  const back = world.tables.copy();
  await world.ask(grantTo(1));
  await world.clock.pass(500);
  await world.until(() => checkpoint()?.seq === 4, 'the next snapshot');
  back();
  world.send([grantTo(2)]);
  await world.until(() => owner.status()?.state === 'dropped', 'it drops');
  await world.passUntil(() => world.replies.length === 3, 'the answer after the next claim');
  expect(world.claims()).toBe(2);
  expect([1, 2].map(balanceOf)).toEqual([20, 10]);
});

it('claims again when a background snapshot finds that it was not the last to write', async () => {
  const owner = await world.process('a').deciding();
  await world.clock.pass(500);
  await world.until(() => checkpoint() !== null, 'the first snapshot');
  await world.ask(grantTo(1));
  world.tables.move(0, null);
  await world.clock.pass(500);
  await world.until(() => owner.status()?.state === 'dropped', 'it drops');
  await world.passUntil(() => owner.status()?.state === 'deciding', 'it is back');
  await world.ask(grantTo(1));
  expect(balanceOf(1)).toBe(20);
});

it('survives a snapshot whose answer was lost', async () => {
  const owner = await world.process('a').deciding();
  await world.ask(grantTo(1));
  owner.store.faults.losesAnswers = true;
  await world.clock.pass(500);
  owner.store.faults.losesAnswers = false;
  await world.passUntil(() => world.claims() === 2 && owner.status()?.state === 'deciding', 'claimed again');
  expect(await world.ask(grantTo(1))).toMatchObject({ result: { balance: 20 } });
});

it('stops the partition, in order, at the first command that needs a cold stream while the database is down', async () => {
  const owner = await world.process('a').deciding();
  await world.ask(grantTo(1));
  owner.store.faults.down = true;
  const [hot, cold, behind] = [world.grant(1, { orgId: org(1), keyed: false }), grantTo(2), grantTo(1)];
  await world.ask(hot);
  world.send([cold, behind]);
  await world.clock.pass(5_000);
  expect(world.replies).toHaveLength(2);
  expect(owner.status()).toMatchObject({ state: 'deciding' });
  expect(owner.status()?.lagMs).toBeGreaterThanOrEqual(5_000);
  owner.store.faults.down = false;
  await world.passUntil(() => world.replies.length === 4, 'all answers');
  expect(world.replies.slice(2).map(({ commandId }) => commandId)).toEqual([cold.id, behind.id]);
  expect(owner.status()?.lagMs).toBe(0);
});

it('stops deciding while too much is not saved', async () => {
  const owner = await world.process('a', { limits: { unsavedBytes: 2_000, batchCommands: 5 } }).deciding();
  await world.ask(grantTo(1));
  await world.clock.pass(500);
  owner.store.faults.down = true;
  const hot = () => world.grant(1, { orgId: org(1), keyed: false });
  for (let sent = 0; sent < 20; sent += 1) world.send([hot()]);
  await world.clock.pass(1_000);
  const answered = world.replies.length;
  expect(answered).toBeLessThan(21);
  owner.store.faults.down = false;
  await world.passUntil(() => world.replies.length === 21, 'all answers');
});

it('replays from the start when the snapshot is lost', async () => {
  const first = await world.process('a').deciding();
  for (let number = 0; number < 5; number += 1) await world.ask(grantTo(number));
  await first.decider.stop();
  await first.store.discard(0);
  await world.process('b').deciding();
  expect(await world.ask(grantTo(3))).toMatchObject({ result: { balance: 20 } });
});

it('snapshots a long replay as it goes, within the cap of what is unsaved', async () => {
  const first = await world.process('a').deciding();
  world.send(Array.from({ length: 2_000 }, (_, index) => grantTo(index)));
  await world.until(() => world.replies.length === 2_000, 'all answers');
  await first.decider.stop();
  await first.store.discard(0);
  const second = world.process('b', { limits: { unsavedBytes: 100_000, workingSetBytes: 100_000 } });
  const save = jest.spyOn(second.store, 'save');
  await second.deciding();
  expect(save.mock.calls.length).toBeGreaterThan(3);
  expect(await world.ask(grantTo(3))).toMatchObject({ result: { balance: 20 } });
});

it('leaves a last snapshot when it stops in order, so that nothing is replayed', async () => {
  const first = await world.process('a').deciding();
  await world.ask(grantTo(1));
  await first.decider.stop();
  expect(checkpoint()).toMatchObject({ seq: 2 });
  expect(await world.ask(grantTo(1)).catch((error: Error) => error.message)).toContain('never happened');
});

it('remembers unkeyed commands over a crash, from snapshot and replay', async () => {
  const first = await world.process('a').deciding();
  const early = world.grant(10, { keyed: false });
  const person = { personId: null, identities: ['h1'], keyId: 'k', sealed: 's', source: 'api', mergedInto: null };
  const recorded = world.command('RecordPerson', person as never);
  await world.ask(early);
  await world.ask(recorded);
  await world.clock.pass(500);
  await world.until(() => (checkpoint()?.seq ?? 0) >= 2, 'the snapshot');
  const later = world.command('RecordPerson', { ...person, identities: ['h2'] } as never);
  await world.ask(later);
  first.log.kill();
  await world.clock.pass(10_000);
  world.replies.length = 0;
  await world.process('b').deciding();
  expect(await world.ask(recorded)).toMatchObject({ replayed: true });
  expect(await world.ask(later)).toMatchObject({ replayed: true });
});

it('never looks for a remembered unkeyed command in the database', async () => {
  const owner = await world.process('a').deciding();
  const load = jest.spyOn(owner.store, 'load');
  await world.ask(world.grant(10, { orgId: ORG }));
  const asked = load.mock.calls.flatMap(([, keys]) => keys);
  expect(asked.some((key) => key.startsWith('request/'))).toBe(true);
  expect(asked.some((key) => key.startsWith('recent/'))).toBe(false);
});

it('asks the database for nothing that the commands themselves bring into being', async () => {
  const owner = await world.process('a').deciding();
  const load = jest.spyOn(owner.store, 'load');
  const person = { personId: null, keyId: 'k', sealed: 's', source: 'api', mergedInto: null };
  const persons = Array.from({ length: 50 }, (_, index) =>
    world.command('RecordPerson', { ...person, identities: [`h${index}`] } as never),
  );
  world.send(persons);
  await world.until(() => world.replies.length === 50, 'all answers');
  expect(load).toHaveBeenCalledTimes(1);
});
