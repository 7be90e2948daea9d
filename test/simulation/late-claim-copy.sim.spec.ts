import { World, TOPICS } from '../decider/world.js';

let world: World;
beforeEach(() => {
  world = new World();
});
afterEach(() => world.end());

it('a late copy of a claim does not give the partition back to a zombie (ADR 0001)', async () => {
  const events = world.broker.partition(TOPICS.events, 0);
  const zombie = await world.process('zombie').deciding();
  const known = world.grant(100);
  await world.ask(known);
  const claim = events.records[0]!;
  zombie.log.freeze();
  await world.clock.pass(10_000);
  const heir = await world.process('heir', { limits: { snapshotEveryMs: 3_600_000 } }).deciding();
  // Two batches that change nothing: one BatchDecided each, so that the zombie's next seqs are taken.
  for (let copy = 1; copy <= 2; copy += 1) {
    world.send([known]);
    await world.until(() => world.replies.length === 1 + copy, 'answered again');
  }
  heir.log.kill();
  await world.clock.pass(10_000);
  events.append([{ key: claim.key!, value: claim.value }]); // The network delivers the zombie's claim once more.
  const late = world.grant(1_000);
  world.send([late]);
  zombie.log.thaw();
  await world.passUntil(() => world.answers(late.id).length > 0, 'an answer');
  await world.clock.pass(20_000);
  expect(world.answers(late.id)).toEqual([expect.objectContaining({ kind: 'answered' })]);
  expect(world.answers(late.id)[0]).toMatchObject({ result: { balance: 1_100, available: 1_100 } });
  expect(world.types().filter((type) => type === 'CreditsGranted')).toHaveLength(2);
});
