import type { EventFollower } from '../../../src/log/event-follower.js';
import { LogWentBack } from '../../../src/log/errors.js';
import type { Membership } from '../../../src/log/log.js';
import { pending, type LogHarness, type PartitionUnderTest } from './harness.js';
import { Role } from './role.js';

const caughtUp = (harness: LogHarness, ...followers: readonly EventFollower[]): Promise<void> =>
  harness.until(() => {
    const partitions = followers.flatMap((follower) => follower.status().partitions);
    return partitions.length === harness.partitions && partitions.every((status) => status.caughtUp);
  });

const passed = (test: PartitionUnderTest, role: Role, offset: bigint): Promise<void> =>
  test.harness.until(() => (role.stored.get(test.partition)?.offset ?? -1n) >= offset);

export const followerContract = (fresh: () => Promise<PartitionUnderTest>): void => {
  describe('a follower', () => {
    it('hands over events that count, once each, and advances over void and protocol records', async () => {
      const test = await fresh();
      const role = new Role();
      const zombie = await test.own('zombie');
      await zombie.append([pending(1)]);
      await test.log.repeatLast();
      const owner = await test.own('owner');
      await owner.append([pending(2)]);
      await zombie.append([pending(666)]).catch(() => undefined);
      const follower = role.follower(test.harness, test.log, { batchMax: 2 });
      await follower.start();
      await caughtUp(test.harness, follower);
      await passed(test, role, 5n);
      expect(role.numbers(test.partition)).toEqual([1, 2]);
      expect(role.stored.get(test.partition)).toMatchObject({ offset: 5n, claim: owner.claim, seq: 2 });
      await owner.append([pending(3)]);
      await passed(test, role, 6n);
      await follower.stop();
      expect(role.numbers(test.partition)).toEqual([1, 2, 3]);
      expect(role.fatal).toEqual([]);
    });

    it('goes on where its role has stored, also when the last record there is void', async () => {
      const test = await fresh();
      const role = new Role();
      const zombie = await test.own('zombie');
      const owner = await test.own('owner');
      await owner.append([pending(1)]);
      await zombie.append([pending(666)]).catch(() => undefined);
      const before = role.follower(test.harness, test.log);
      await before.start();
      await passed(test, role, 3n);
      await before.stop();
      await owner.append([pending(2)]);
      const after = role.follower(test.harness, test.log);
      await after.start();
      await passed(test, role, 4n);
      await after.stop();
      expect([role.numbers(test.partition), role.fatal]).toEqual([[1, 2], []]);
    });

    it('goes to the stored position when somebody else has moved it', async () => {
      const test = await fresh();
      const role = new Role();
      const owner = await test.own('owner');
      await owner.append([pending(1)]);
      const follower = role.follower(test.harness, test.log);
      await follower.start();
      await passed(test, role, 1n);
      const { checkpoint } = owner;
      await owner.append([pending(2)]);
      await passed(test, role, 2n);
      role.stored.set(test.partition, checkpoint);
      await owner.append([pending(3)]);
      await passed(test, role, 3n);
      await follower.stop();
      expect([role.numbers(test.partition), role.fatal]).toEqual([[1, 2, 2, 3], []]);
    });

    it('stops when its position is no longer in the log', async () => {
      const test = await fresh();
      const role = new Role();
      const owner = await test.own('owner');
      await owner.append([pending(1)]);
      role.stored.set(test.partition, owner.checkpoint);
      await test.harness.recreate(test.harness.topics.events);
      const follower = role.follower(test.harness, test.log);
      await follower.start();
      await test.harness.until(() => role.fatal.length > 0);
      await follower.stop();
      expect(role.fatal[0]).toBeInstanceOf(LogWentBack);
    });
  });

  describe('a group', () => {
    it('keeps partitions where they are over a rebalance, and moves only what has to move', async () => {
      const test = await fresh();
      const { harness } = test;
      const role = new Role();
      const owner = await test.own('owner');
      await owner.append([pending(1)]);
      const first = role.follower(harness, test.log);
      await first.start();
      await caughtUp(harness, first);
      const second = role.follower(harness, await harness.connect('second'));
      await second.start();
      await harness.until(() => second.status().partitions.length > 0);
      await caughtUp(harness, first, second);
      const kept = first.status().partitions.length;
      expect(kept).toBeGreaterThan(0);
      expect(role.loads).toBe(harness.partitions + (harness.partitions - kept));
      await first.stop();
      await caughtUp(harness, second);
      await owner.append([pending(2)]);
      await passed(test, role, 2n);
      await second.stop();
      expect([role.numbers(test.partition), role.fatal]).toEqual([[1, 2], []]);
    });

    it('confirms a member by a heartbeat, and no longer once it has left', async () => {
      const test = await fresh();
      const { harness } = test;
      const assigned: (readonly number[])[] = [];
      const membership: Membership = await test.log.join({
        group: `${harness.topics.events}-members`,
        topic: harness.topics.events,
        held: () => assigned.at(-1) ?? [],
        onAssigned: (partitions) => void assigned.push(partitions),
        onCrashed: (error) => expect(error).toBeUndefined(),
      });
      await harness.until(() => assigned.length > 0);
      expect(new Set(assigned.at(-1))).toEqual(new Set(Array.from({ length: harness.partitions }, (_, p) => p)));
      await membership.heartbeat();
      await membership.leave();
      await expect(membership.heartbeat()).rejects.toThrow();
    });
  });
};
