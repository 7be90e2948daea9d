import { pino } from 'pino';
import { NotSent } from '../../../src/log/kafka/broker-connection.js';
import { KafkaMembership } from '../../../src/log/kafka/kafka-membership.js';

/** A group request on its way. */
interface Call {
  readonly name: 'join' | 'heartbeat' | 'leave';
  answer(partitions?: readonly number[]): void;
  fail(error: Error): void;
}

const protocolError = (type: string): Error =>
  Object.assign(new Error(type), { name: 'KafkaJSProtocolError', type, retriable: true });

/** Longer than any wait before another attempt. */
const A_WHILE_MS = 3_000;

/** A membership whose requests the test answers one by one. */
const setUp = () => {
  const calls: Call[] = [];
  const events: string[] = [];
  const ask = <T>(name: Call['name']): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      calls.push({ name, answer: (partitions) => resolve(partitions as T), fail: reject });
    });
  const membership = new KafkaMembership(
    {
      group: 'g',
      topic: 't',
      held: () => [],
      onAssigned: (partitions) => void events.push(`assigned ${partitions.join()}`),
      onCrashed: ({ message }) => void events.push(`crashed ${message}`),
    },
    {
      session: {
        join: () => ask('join'),
        heartbeat: () => ask('heartbeat'),
        leave: () => ask('leave'),
        forgetMember: () => void events.push('forgot'),
      },
      logger: pino({ level: 'silent' }),
      interrupt: () => void events.push('interrupted'),
      onEnded: () => void events.push('ended'),
    },
  );
  return { membership, calls, events };
};
const settle = (ms = 0): Promise<void> => jest.advanceTimersByTimeAsync(ms);
const namesOf = (calls: readonly Call[]) => calls.map(({ name }) => name);

describe('a membership', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('is confirmed only by a heartbeat that started after it was asked', async () => {
    const { membership, calls, events } = setUp();
    calls[0]?.answer([0]);
    await settle(500);
    expect(namesOf(calls)).toEqual(['join', 'heartbeat']);
    void membership.heartbeat().then(() => events.push('confirmed'));
    calls[1]?.answer();
    await settle();
    expect(namesOf(calls)).toEqual(['join', 'heartbeat', 'heartbeat']);
    expect(events).toEqual(['assigned 0']);
    calls[2]?.answer();
    await settle();
    expect(events).toEqual(['assigned 0', 'confirmed']);
  });

  it('is not confirmed by a generation that has ended: it joins the next one and beats again', async () => {
    const { membership, calls, events } = setUp();
    calls[0]?.answer([0, 1]);
    await settle();
    void membership.heartbeat().then(() => events.push('confirmed'));
    await settle();
    calls[1]?.fail(protocolError('REBALANCE_IN_PROGRESS'));
    await settle();
    calls[2]?.answer([1]);
    await settle();
    expect(namesOf(calls)).toEqual(['join', 'heartbeat', 'join', 'heartbeat']);
    expect(events).toEqual(['assigned 0,1', 'assigned 1']);
    calls[3]?.answer();
    await settle();
    expect(events).toEqual(['assigned 0,1', 'assigned 1', 'confirmed']);
  });

  it('joins as a new member when the coordinator has forgotten it', async () => {
    const { calls, events } = setUp();
    calls[0]?.answer([0]);
    await settle(500);
    calls[1]?.fail(protocolError('UNKNOWN_MEMBER_ID'));
    await settle();
    expect(namesOf(calls)).toEqual(['join', 'heartbeat', 'join']);
    expect(events).toEqual(['assigned 0', 'forgot']);
  });

  it('tries for ever to come back while no broker answers', async () => {
    const { calls, events } = setUp();
    for (let attempt = 0; attempt < 50; attempt += 1) {
      calls.at(-1)?.fail(new NotSent('connection refused'));
      await settle(A_WHILE_MS);
    }
    calls.at(-1)?.answer([0]);
    await settle();
    expect(calls.length).toBeGreaterThan(50);
    expect(events).toEqual(['assigned 0']);
  });

  it('ends with a crash on what cannot be mended by waiting', async () => {
    const { membership, calls, events } = setUp();
    const confirmation = expect(membership.heartbeat()).rejects.toThrow('GROUP_AUTHORIZATION_FAILED');
    calls[0]?.fail(protocolError('GROUP_AUTHORIZATION_FAILED'));
    await settle(A_WHILE_MS);
    await confirmation;
    expect(events).toEqual(['ended', 'crashed GROUP_AUTHORIZATION_FAILED']);
    await expect(membership.heartbeat()).rejects.toMatchObject({ name: 'NotAMember' });
  });

  it('ends with a crash on a bug instead of retrying it', async () => {
    const { calls, events } = setUp();
    calls[0]?.fail(new TypeError('undefined is not a function'));
    await settle(A_WHILE_MS);
    expect(events).toEqual(['ended', 'crashed undefined is not a function']);
  });

  it('leaves in order, and not later than it takes to give up a request that hangs', async () => {
    const { membership, calls, events } = setUp();
    calls[0]?.answer([0]);
    await settle(500);
    void membership.leave().then(() => events.push('left'));
    await settle(2_000);
    expect(events).toEqual(['assigned 0', 'interrupted']);
    calls[1]?.fail(new Error('interrupted'));
    await settle(2_000);
    expect(namesOf(calls)).toEqual(['join', 'heartbeat', 'leave']);
    expect(events).toEqual(['assigned 0', 'interrupted', 'ended', 'left']);
  });
});
