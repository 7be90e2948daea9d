import { randomBytes } from 'node:crypto';
import type { KafkaLog } from '../../../src/log/kafka/kafka-log.js';
import type { Membership } from '../../../src/log/log.js';
import { TopicUnderTest, until } from './support.js';

const PARTITIONS = 8;
const ALL = Array.from({ length: PARTITIONS }, (_, partition) => partition);
/** The time after which the group throws a silent member out. */
const SESSION_MS = 6_000;

jest.setTimeout(60_000);

/** A member that holds what it is assigned. */
class Member {
  readonly generations: (readonly number[])[] = [];
  private constructor(readonly membership: Promise<Membership>) {}

  static join(log: KafkaLog, group: string, topic: string): Member {
    const member: Member = new Member(
      log.join({
        group,
        topic,
        held: () => member.partitions,
        onAssigned: (partitions) => void member.generations.push(partitions),
        onCrashed: (error) => {
          throw error;
        },
      }),
    );
    return member;
  }

  get partitions(): readonly number[] {
    return this.generations.at(-1) ?? [];
  }

  async leave(): Promise<void> {
    await (await this.membership).leave();
  }
}

describe('a group on a real broker', () => {
  let under: TopicUnderTest;
  let log: KafkaLog;
  let group: string;
  beforeAll(async () => {
    under = await TopicUnderTest.create(PARTITIONS);
    log = await under.connect();
  });
  beforeEach(() => {
    group = `${under.topic}-${randomBytes(4).toString('hex')}`;
  });
  afterAll(() => under.close());

  const join = (): Member => Member.join(log, group, under.topic);
  const share = (...members: readonly Member[]): boolean =>
    members
      .flatMap(({ partitions }) => partitions)
      .toSorted((a, b) => a - b)
      .join() === ALL.join();

  it('gives a lone member everything, a second one half, and leaves the rest where it was', async () => {
    const first = join();
    await until(() => share(first));
    const second = join();
    await until(() => second.partitions.length > 0 && share(first, second));
    expect([first.partitions.length, second.partitions.length]).toEqual([4, 4]);
    const kept = first.partitions;
    const third = join();
    await until(() => third.partitions.length > 0 && share(first, second, third));
    expect(first.partitions.filter((partition) => kept.includes(partition))).toEqual(first.partitions);
    await Promise.all([first.leave(), second.leave(), third.leave()]);
  });

  it('moves the partitions of a member that leaves long before its session would have run out', async () => {
    const first = join();
    const second = join();
    await until(() => second.partitions.length > 0 && share(first, second));
    const startMs = performance.now();
    await second.leave();
    await until(() => share(first));
    expect(performance.now() - startMs).toBeLessThan(SESSION_MS / 3);
    await first.leave();
  });

  it('tells every member of every generation, also when nothing changed for it', async () => {
    const first = join();
    await until(() => share(first));
    const second = join();
    await until(() => second.partitions.length > 0 && share(first, second));
    await second.leave();
    await until(() => share(first));
    expect(first.generations.map(({ length }) => length)).toEqual([8, 4, 8]);
    await first.leave();
  });

  it('answers a heartbeat only once the generation that is being formed is confirmed', async () => {
    const first = join();
    await until(() => share(first));
    const second = join();
    const confirmed = (await second.membership).heartbeat().then(() => second.generations.length);
    expect(await confirmed).toBe(1);
    await (await first.membership).heartbeat();
    expect(first.partitions.length).toBe(4);
    await Promise.all([first.leave(), second.leave()]);
  });

  it('answers heartbeats that are asked for at the same time together and at once', async () => {
    const only = join();
    await until(() => share(only));
    const membership = await only.membership;
    const startMs = performance.now();
    await Promise.all(Array.from({ length: 100 }, () => membership.heartbeat()));
    // The timer alone would take half a second.
    expect(performance.now() - startMs).toBeLessThan(250);
    await only.leave();
  });

  it('confirms nothing after it has left', async () => {
    const only = join();
    const membership = await only.membership;
    const leaving = only.leave();
    await expect(membership.heartbeat()).rejects.toMatchObject({ name: 'NotAMember' });
    await leaving;
  });
});
