import type { Command } from '../../src/domain/command.js';
import type { CommandId } from '../../src/domain/kernel/ids.js';
import { streams } from '../../src/domain/streams.js';
import { CORE, type Core } from '../../src/decider/core.js';
import { PartitionWriter } from '../../src/log/partition-writer.js';
import { ORG, TOPICS, World } from './world.js';

let world: World;
beforeEach(() => {
  world = new World();
});
afterEach(() => world.end());

const many = (count: number): Command[] => Array.from({ length: count }, () => world.grant(1));

/** Sizes of the appends that a process makes, in events. */
const appends = () => {
  const sizes: number[] = [];
  const claimWriter = async (options: Parameters<typeof PartitionWriter.open>[0]) => {
    const writer = await PartitionWriter.open(options);
    const append = writer.append.bind(writer);
    writer.append = (events) => {
      sizes.push(events.length);
      return append(events);
    };
    return writer;
  };
  return { sizes, claimWriter };
};

const throwsFor = (...ids: CommandId[]): Core => ({
  ...CORE,
  decide: (command, state, context) => {
    if (ids.includes(command.id)) throw new Error(`boom over ${command.id}`);
    return CORE.decide(command, state, context);
  },
});

const balance = () => world.state().get(streams.account(ORG))?.balance;

it('decides whatever has arrived as one append, on the state as the command before left it', async () => {
  const { sizes, claimWriter } = appends();
  await world.process('a', { claimWriter }).deciding();
  const commands = many(20);
  world.send(commands);
  await world.until(() => world.replies.length === 20, 'all answers');
  expect(sizes).toEqual([40]);
  const balances = commands.map(({ id }) => world.answers(id)[0]);
  expect(balances).toMatchObject(commands.map((_, index) => ({ result: { balance: index + 1 } })));
});

it('cuts a batch at the number of commands', async () => {
  const { sizes, claimWriter } = appends();
  await world.process('a', { claimWriter, limits: { batchCommands: 8 } }).deciding();
  world.send(many(20));
  await world.until(() => world.replies.length === 20, 'all answers');
  expect(sizes).toEqual([16, 16, 8]);
});

it('cuts a batch at the encoded bytes and never splits a command over two appends', async () => {
  const { sizes, claimWriter } = appends();
  await world.process('a', { claimWriter, limits: { batchBytes: 10_000 } }).deciding();
  world.send(many(20));
  await world.until(() => world.replies.length === 20, 'all answers');
  expect(sizes.length).toBeGreaterThan(2);
  expect(sizes.every((size) => size % 2 === 0)).toBe(true);
  expect(balance()).toBe(20);
});

it('refuses a command whose events are above the cut, dead-letters it and goes on', async () => {
  await world.process('a', { limits: { batchBytes: 1_000 } }).deciding();
  const command = world.grant(5);
  expect(await world.ask(command)).toMatchObject({
    refusal: { code: 'INTERNAL_ERROR', reason: 'decision_unwritable' },
  });
  expect(world.deadLetters().map(({ commandid }) => commandid)).toEqual([command.id]);
  expect(world.types()).toEqual(['CommandRefused']);
});

it('tries half of a batch that the broker finds too large, down to the command that it refuses', async () => {
  world = new World({ batchBytesMax: 2_500 });
  const owner = await world.process('a').deciding();
  const large = world.grant(5, { correlationId: 'x'.repeat(1_200) });
  world.send([...many(3), large, ...many(2)]);
  await world.until(() => world.replies.length === 6, 'all answers');
  expect(balance()).toBe(5);
  expect(new Set(world.deadLetters().map(({ commandid }) => commandid))).toEqual(new Set([large.id]));
  expect(world.answers(large.id)).toMatchObject([{ refusal: { code: 'INTERNAL_ERROR' } }]);
  expect(owner.fatal).toEqual([]);
  expect(world.claims()).toBe(1);
});

it('refuses a decision whose event breaks its schema, and no other command of the batch', async () => {
  const bad = world.grant(5);
  const core: Core = {
    ...CORE,
    decide: (command, state, context) => {
      const decision = CORE.decide(command, state, context);
      if (command.id !== bad.id) return decision;
      return { ...decision, events: decision.events.map((event) => ({ ...event, data: { nonsense: 1 } }) as never) };
    },
  };
  await world.process('a', { core }).deciding();
  world.send([...many(3), bad, ...many(3)]);
  await world.until(() => world.replies.length === 7, 'all answers');
  expect(balance()).toBe(6);
  expect(world.answers(bad.id)).toMatchObject([{ refusal: { reason: 'decision_unwritable' } }]);
});

it('dead-letters a command whose decision throws, refuses it and decides the rest of the batch', async () => {
  const bad = world.grant(7);
  const owner = await world.process('a', { core: throwsFor(bad.id) }).deciding();
  world.send([...many(2), bad, ...many(2)]);
  await world.until(() => world.replies.length === 5, 'all answers');
  expect(world.answers(bad.id)).toMatchObject([
    { kind: 'refused', refusal: { code: 'INTERNAL_ERROR' }, replayed: false },
  ]);
  expect(world.deadLetters()).toMatchObject([{ commandid: bad.id, error: { message: `boom over ${bad.id}` } }]);
  expect(balance()).toBe(4);
  expect(owner.status()?.state).toBe('deciding');
});

it('does not remember its own failure: the same command is decided again', async () => {
  const bad = world.grant(7);
  const first = await world.process('a', { core: throwsFor(bad.id) }).deciding();
  await world.ask(bad);
  await first.decider.stop();
  world.replies.length = 0;
  await world.process('b').deciding();
  expect(await world.ask(bad)).toMatchObject({ kind: 'answered', replayed: false });
});

it('dead-letters what is no command and covers its offset, so that nobody meets it again', async () => {
  const first = await world.process('a').deciding();
  world.send([world.grant(1), Buffer.from('nonsense')]);
  await world.until(() => world.types().length === 3, 'a record covers it');
  expect(world.types()).toEqual(['CreditsGranted', 'CommandAnswered', 'BatchDecided']);
  expect(world.deadLetters()).toHaveLength(1);
  await first.decider.stop();
  await world.process('b').deciding();
  await world.ask(world.grant(1));
  expect(world.deadLetters()).toHaveLength(1);
});

it('puts a record into the log for a batch that changes nothing, before it answers', async () => {
  await world.process('a').deciding();
  const command = world.grant(1);
  await world.ask(command);
  world.send([command]);
  await world.until(() => world.replies.length === 2, 'the second answer');
  expect(world.types()).toEqual(['CreditsGranted', 'CommandAnswered', 'BatchDecided']);
  expect(world.events().at(-1)).toMatchObject({ commandOffset: 1n, data: { commands: 1 } });
  expect(world.replies[1]?.position).toEqual({ partition: 0, offset: world.events().at(-1)?.offset });
});

it('refuses a command that expired while it waited, and logs that', async () => {
  await world.process('a').deciding();
  const late = world.grant(1, { sentAtMs: world.clock.now() - 10_001 });
  const own = world.grant(1, { sentAtMs: world.clock.now() - 10_001, waitMs: null });
  expect(await world.ask(late)).toMatchObject({ refusal: { code: 'UNAVAILABLE', reason: 'expired' } });
  expect(await world.ask(own)).toMatchObject({ kind: 'answered' });
  expect(world.types()[0]).toBe('CommandRefused');
});

it('answers nobody before the append is confirmed', async () => {
  const faults = {
    latencyMs: ({ kind, topic }: { kind: string; topic: string }) =>
      kind === 'ack' && topic === TOPICS.events ? 40 : 0,
  };
  const owner = await world.process('a', { faults }).start();
  await world.passUntil(() => owner.status()?.state === 'deciding', 'it decides');
  world.send([world.grant(1)]);
  await world.until(() => world.types().length === 2, 'the events are in the log');
  expect(world.replies).toEqual([]);
  await world.clock.pass(40);
  await world.until(() => world.replies.length === 1, 'the answer');
});

it('replies to nobody when nobody waits', async () => {
  await world.process('a').deciding();
  world.send([world.grant(1, { replyTo: null }), world.grant(1)]);
  await world.until(() => world.replies.length > 0, 'an answer');
  expect(world.replies).toHaveLength(1);
});
