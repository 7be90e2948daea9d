import { AnsweredPositions } from '../../src/commands/answered-positions.js';
import { CommandGateway } from '../../src/commands/gateway.js';
import { Refused, Unavailable } from '../../src/commands/outcomes.js';
import type { Answer } from '../../src/domain/decision.js';
import type { CommandId, EnrichmentId, OrgId } from '../../src/domain/kernel/ids.js';
import { Overloaded } from '../../src/log/errors.js';
import { AppendTooLarge, AppendUnknown } from '../../src/log/log.js';
import { createLogger } from '../../src/observability/logger.js';
import { FakeInbox, FakeOutbox, ManualClock, settled } from './fakes.js';

const ORG = 'org_1' as OrgId;
const OTHER_ORG = 'org_2' as OrgId;
const WAIT_MS = 9_000;
const DATA = { enrichmentId: 'e1' as EnrichmentId };
const ANSWERED: Answer = { kind: 'answered', result: {}, replayed: false };

const setUp = () => {
  const clock = new ManualClock();
  const sender = new FakeOutbox();
  const replies = new FakeInbox();
  const answered = new AnsweredPositions(clock);
  const waited: string[] = [];
  const gateway = new CommandGateway({
    sender,
    replies,
    clock,
    answered,
    waitMs: WAIT_MS,
    logger: createLogger('silent'),
    partitionOf: (orgId) => (orgId === ORG ? 1 : 2),
    onWaited: (type, outcome, ms) => waited.push(`${type} ${outcome} ${ms}`),
  });
  const execute = (id: string, orgId = ORG) =>
    gateway.execute('ExpireEnrichment', orgId, DATA, { id: id as CommandId, correlationId: 'c' });
  const reply = (id: string, answer: Answer = ANSWERED, offset?: bigint) =>
    replies.reply(id as CommandId, answer, offset === undefined ? null : { partition: 1, offset });
  return { clock, sender, replies, answered, waited, gateway, execute, reply };
};

describe('the command gateway', () => {
  it('sends a command with its envelope and gives back the result and the position of its answer', async () => {
    const { clock, sender, execute, reply, waited } = setUp();
    const executed = execute('a');
    clock.advance(7);
    reply('a', { kind: 'answered', result: {}, replayed: true }, 12n);
    expect(await executed).toEqual({ result: {}, replayed: false, position: { partition: 1, offset: 12n } });
    expect(sender.sent).toEqual([
      {
        id: 'a',
        type: 'ExpireEnrichment',
        orgId: ORG,
        data: DATA,
        keyed: false,
        fingerprint: null,
        correlationId: 'c',
        sentAtMs: clock.now() - 7,
        waitMs: WAIT_MS,
        replyTo: { instance: 'this-process', partition: 3 },
      },
    ]);
    expect(waited).toEqual(['ExpireEnrichment answered 7']);
    expect(clock.pending).toBe(0);
  });

  describe('under a key (X-07)', () => {
    const keyed = (gateway: CommandGateway, fingerprint = 'f-1') =>
      gateway.execute('ExpireEnrichment', ORG, DATA, {
        id: 'k' as CommandId,
        keyed: true,
        fingerprint,
        correlationId: 'c',
      });

    it('says so when the answer was remembered, a refusal too', async () => {
      const { gateway, reply, sender } = setUp();
      const answered = keyed(gateway);
      await settled();
      expect(sender.sent).toMatchObject([{ id: 'k', keyed: true, fingerprint: 'f-1' }]);
      reply('k', { kind: 'answered', result: {}, replayed: true });
      expect(await answered).toMatchObject({ replayed: true });
      const refused = keyed(gateway);
      await settled();
      reply('k', { kind: 'refused', refusal: { code: 'CONFLICT', reason: 'not_pending' }, replayed: true });
      await expect(refused).rejects.toMatchObject({ replayed: true });
    });

    it('sends the second of two when the first is answered, so that each gets its own reply', async () => {
      const { gateway, reply, sender } = setUp();
      const [first, second] = [keyed(gateway), keyed(gateway, 'f-2')];
      await settled();
      expect(sender.sent).toHaveLength(1);
      reply('k', ANSWERED);
      expect(await first).toMatchObject({ replayed: false });
      await settled();
      expect(sender.sent.map(({ fingerprint }) => fingerprint)).toEqual(['f-1', 'f-2']);
      const refusal = { code: 'IDEMPOTENCY_CONFLICT', reason: 'idempotency_key_reused' } as const;
      reply('k', { kind: 'refused', refusal, replayed: false });
      await expect(second).rejects.toMatchObject({ refusal });
    });
  });

  it('draws a new id when none is given', async () => {
    const { gateway, sender } = setUp();
    for (let i = 0; i < 2; i++) void gateway.execute('ExpireEnrichment', ORG, DATA, { correlationId: 'c' });
    const [first, second] = sender.sent.map(({ id }) => id);
    expect(first).toMatch(/^[0-9a-f-]{36}$/);
    expect(first).not.toBe(second);
  });

  it('turns a refusal into Refused, with the position that backs it', async () => {
    const { execute, reply, answered } = setUp();
    const executed = execute('a');
    const refusal = { code: 'INSUFFICIENT_CREDITS', reason: 'insufficient_credits' } as const;
    reply('a', { kind: 'refused', refusal, replayed: false }, 5n);
    await expect(executed).rejects.toMatchObject({ refusal, position: { partition: 1, offset: 5n } });
    await expect(executed).rejects.toBeInstanceOf(Refused);
    expect(answered.of(ORG)).toEqual({ partition: 1, offset: 5n });
  });

  it('sends the same command once more after a third of the wait, and never again', async () => {
    const { clock, sender, execute, reply } = setUp();
    const executed = execute('a');
    clock.advance(WAIT_MS / 3 - 1);
    expect(sender.sent).toHaveLength(1);
    clock.advance(1);
    expect(sender.sent[1]).toBe(sender.sent[0]);
    clock.advance(WAIT_MS / 3);
    expect(sender.sent).toHaveLength(2);
    reply('a');
    await expect(executed).resolves.toMatchObject({ replayed: false });
    expect(clock.pending).toBe(0);
  });

  it('gives up after the wait and ignores a late reply', async () => {
    const { clock, execute, reply, waited } = setUp();
    const executed = execute('a');
    clock.advance(WAIT_MS - 1);
    clock.advance(1);
    await expect(executed).rejects.toMatchObject({ name: 'Unavailable', reason: 'no_answer', retryAfterS: 2 });
    expect(reply('a')).toBe(false);
    expect(waited).toEqual([`ExpireEnrichment unavailable ${WAIT_MS}`]);
  });

  it('sheds a partition whose oldest unanswered command is older than 2 s, and only that one', async () => {
    const { clock, sender, execute } = setUp();
    void execute('a');
    clock.advance(2_000);
    void execute('b');
    expect(sender.sent).toHaveLength(2);
    clock.advance(1);
    await expect(execute('c')).rejects.toMatchObject({ name: 'Unavailable', reason: 'lagging', retryAfterS: 3 });
    void execute('d', OTHER_ORG);
    expect(sender.sent.map(({ id }) => id)).toEqual(['a', 'b', 'd']);
  });

  it('does not take a lost reply for lag: an answer to a later command shows that the decider is on time', async () => {
    const { clock, sender, execute, reply } = setUp();
    void execute('lost');
    const later = execute('later');
    clock.advance(1_500);
    reply('later');
    await later;
    clock.advance(1_000);
    void execute('next');
    expect(sender.sent.map(({ id }) => id)).toEqual(['lost', 'later', 'next']);
  });

  it('takes commands again once those that nobody waits for any more are gone', async () => {
    const { clock, sender, execute } = setUp();
    const given = execute('a').catch((error: unknown) => error);
    clock.advance(WAIT_MS);
    expect(await given).toBeInstanceOf(Unavailable);
    void execute('b');
    expect(sender.sent.map(({ id }) => id)).toEqual(['a', 'a', 'b']);
  });

  it('bounds the number of commands in the air', async () => {
    const { sender, execute } = setUp();
    for (let i = 0; i < 10_000; i++) void execute(`c${i}`);
    await expect(execute('one too many')).rejects.toMatchObject({ reason: 'overloaded' });
    expect(sender.sent).toHaveLength(10_000);
  });

  it('answers at once when the send queue is full', async () => {
    const { sender, clock, execute } = setUp();
    sender.failWith = [new Overloaded('full')];
    await expect(execute('a')).rejects.toMatchObject({ name: 'Unavailable', reason: 'overloaded', retryAfterS: 1 });
    expect(clock.pending).toBe(0);
  });

  it('goes on waiting when the outcome of the send is unknown, and sends again', async () => {
    const { sender, clock, execute, reply } = setUp();
    sender.failWith = [new AppendUnknown('socket closed')];
    const executed = execute('a');
    await settled();
    clock.advance(WAIT_MS / 3);
    expect(sender.sent).toHaveLength(1);
    reply('a');
    await expect(executed).resolves.toBeDefined();
  });

  it('passes on what cannot be sent at all', async () => {
    const { sender, execute, waited } = setUp();
    sender.failWith = [new AppendTooLarge('9 MiB')];
    await expect(execute('a')).rejects.toBeInstanceOf(AppendTooLarge);
    expect(waited).toEqual(['ExpireEnrichment error 0']);
  });
});

describe('X-11 answered positions', () => {
  it('remembers the latest position of an org for 60 s', () => {
    const clock = new ManualClock();
    const positions = new AnsweredPositions(clock);
    positions.remember(ORG, { partition: 1, offset: 10n });
    positions.remember(ORG, { partition: 1, offset: 9n });
    expect(positions.of(ORG)).toEqual({ partition: 1, offset: 10n });
    expect(positions.of(OTHER_ORG)).toBeNull();
    clock.advance(60_001);
    expect(positions.of(ORG)).toBeNull();
  });
});
