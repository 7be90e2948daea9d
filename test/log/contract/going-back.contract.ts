import { CommandsTruncated, LogWentBack } from '../../../src/log/errors.js';
import { command, pending, type PartitionUnderTest } from './harness.js';

/** Each of these damages topics as a whole, so it gets topics of its own. */
export const goingBackContract = (fresh: () => Promise<PartitionUnderTest>): void => {
  describe('a log that goes backwards', () => {
    it('is found out by the checkpoint when it is empty, and the message names the way out', async () => {
      const test = await fresh();
      const writer = await test.own('a');
      await writer.append([pending(1)]);
      await test.harness.recreate(test.harness.topics.events);
      const claimed = test.claim('b', writer.checkpoint);
      await expect(claimed).rejects.toThrow(LogWentBack);
      await expect(claimed).rejects.toThrow(`tributary repair --accept-loss --partition ${test.partition}`);
    });

    it('is found out by the checkpoint when other records stand at its place', async () => {
      const test = await fresh();
      const { checkpoint } = await test.own('a');
      await test.harness.recreate(test.harness.topics.events);
      const other = await test.own('other');
      await other.append([pending(1), pending(2)]);
      await expect(test.claim('b', checkpoint)).rejects.toThrow(LogWentBack);
    });

    it('is found out by an owner that still writes', async () => {
      const test = await fresh();
      const writer = await test.own('a');
      await writer.append([pending(1)]);
      await test.harness.recreate(test.harness.topics.events);
      await expect(writer.append([pending(2)])).rejects.toThrow(LogWentBack);
    });
  });

  describe('a log that went backwards and has grown again', () => {
    it('is found out by an owner that still writes, though nothing behind its last record disputes its claim', async () => {
      const test = await fresh();
      const writer = await test.own('a');
      await writer.append([pending(1)]);
      await test.harness.recreate(test.harness.topics.events);
      const other = await test.own('other');
      await other.append([pending(1), pending(2), pending(3)]);
      await expect(writer.append([pending(666)])).rejects.toThrow(LogWentBack);
    });
  });

  describe('resuming', () => {
    it('starts with the first command, and goes on behind the last one that was applied', async () => {
      const test = await fresh();
      await test.sendCommands(command(0), command(1), command(2));
      const writer = await test.own('a');
      expect(await writer.resumeAt()).toBe(0n);
      await writer.append([pending(1)]);
      expect(await writer.resumeAt()).toBe(2n);
      const after = await test.own('b');
      expect(await after.resumeAt()).toBe(2n);
      expect(test.lost).toEqual([]);
    });

    it('tells how many commands retention has taken, and goes on with what is there', async () => {
      const test = await fresh();
      await test.sendCommands(...[0, 1, 2, 3, 4].map((n) => command(n)));
      const writer = await test.own('a');
      await writer.append([pending(1)]);
      await test.harness.deleteBefore(test.harness.topics.commands, test.partition, 4n);
      expect(await writer.resumeAt()).toBe(4n);
      expect(test.lost).toEqual([2n]);
    });

    it('is not disturbed when only decided commands are gone', async () => {
      const test = await fresh();
      await test.sendCommands(...[0, 1, 2, 3].map((n) => command(n)));
      const writer = await test.own('a');
      await writer.append([pending(1)]);
      await test.harness.deleteBefore(test.harness.topics.commands, test.partition, 2n);
      expect(await writer.resumeAt()).toBe(2n);
      expect(test.lost).toEqual([]);
    });

    it('stops when the commands end before the last one that was applied', async () => {
      const test = await fresh();
      await test.sendCommands(command(0), command(1), command(2));
      const writer = await test.own('a');
      await writer.append([pending(2)]);
      await test.harness.recreate(test.harness.topics.commands);
      await expect(writer.resumeAt()).rejects.toThrow(CommandsTruncated);
      await test.sendCommands(command(70), command(71));
      await expect(writer.resumeAt()).rejects.toThrow(CommandsTruncated);
    });

    it('stops when another command stands where the last applied one was', async () => {
      const test = await fresh();
      await test.sendCommands(command(0), command(1));
      const writer = await test.own('a');
      await writer.append([pending(1)]);
      await test.harness.recreate(test.harness.topics.commands);
      await test.sendCommands(command(70), command(71), command(72));
      await expect(writer.resumeAt()).rejects.toThrow(CommandsTruncated);
    });

    it('is not confused by a late copy of a command', async () => {
      const test = await fresh();
      await test.sendCommands(command(0));
      await test.log.repeatLast();
      const writer = await test.own('a');
      await writer.append([pending(0)]);
      expect(await writer.resumeAt()).toBe(1n);
      await writer.append([pending(1, { commandId: 'command-0' })]);
      expect(await writer.resumeAt()).toBe(2n);
    });
  });
};
