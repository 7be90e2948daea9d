import { pino } from 'pino';
import type { CommandId } from '../../../src/domain/kernel/ids.js';
import { decodeCommand } from '../../../src/log/command-codec.js';
import { CommandSender } from '../../../src/log/command-sender.js';
import { DeadLetters } from '../../../src/log/dead-letters.js';
import type { Log } from '../../../src/log/log.js';
import { partitionOf } from '../../../src/log/partition.js';
import { Replies, type Reply } from '../../../src/log/replies.js';
import { command, ORG, type LogHarness, type PartitionUnderTest } from './harness.js';

const started = async (harness: LogHarness, log: Log, instance: string): Promise<Replies> => {
  const onFatal = (error: Error): never => {
    throw error;
  };
  const replies = new Replies({ log, topics: harness.topics, instance, logger: pino({ level: 'silent' }), onFatal });
  await replies.start();
  return replies;
};

const reply = (id: string): Reply => ({
  commandId: id as CommandId,
  answer: { kind: 'answered', result: {}, replayed: false },
  position: { partition: 3, offset: 12345678901234567890n },
});

export const messagesContract = (fresh: () => Promise<PartitionUnderTest>): void => {
  describe('commands', () => {
    it('arrive in the partition of their org, in order, at the offsets that the sender was told', async () => {
      const { harness, log } = await fresh();
      const sender = new CommandSender({ log, topics: harness.topics });
      const commands = Array.from({ length: 2_500 }, (_, n) => command(n));
      const sent = await Promise.all(commands.map((each) => sender.send(each)));
      await sender.close();
      const partition = partitionOf(ORG, harness.partitions);
      expect(sent).toEqual(commands.map((_, n) => ({ partition, offset: BigInt(n) })));
      const { records } = await log.read(harness.topics.commands, partition, 2_499n);
      expect(records.map(({ value }) => decodeCommand(value))).toEqual([command(2_499)]);
    });
  });

  describe('replies', () => {
    it('reach another process that waits, and nobody else', async () => {
      const { harness, log } = await fresh();
      const waiting = await started(harness, log, 'http-1');
      const bystander = await started(harness, log, 'http-2');
      const decider = await started(harness, await harness.connect('decider'), 'decider-1');
      const awaited = waiting.wait('command-1' as CommandId);
      const ignored = bystander.wait('command-1' as CommandId);
      const settled: string[] = [];
      void ignored.reply.then(() => settled.push('bystander'));
      await decider.deliver({ replyTo: waiting.replyTo }, reply('unknown'));
      await decider.deliver({ replyTo: waiting.replyTo }, reply('command-1'));
      expect(await awaited.reply).toEqual(reply('command-1'));
      const own = bystander.wait('command-2' as CommandId);
      await decider.deliver({ replyTo: bystander.replyTo }, reply('command-2'));
      await own.reply;
      expect(settled).toEqual([]);
      await Promise.all([waiting, bystander, decider].map((replies) => replies.stop()));
    });
  });

  describe('dead letters', () => {
    it('hold the bytes of the command, the error and where it stood', async () => {
      const { harness, log } = await fresh();
      const record = { offset: 7n, timestampMs: 1, key: ORG, value: Buffer.from('not json') };
      await new DeadLetters({ log, topics: harness.topics }).append({
        record,
        partition: 2,
        error: new TypeError('oh'),
      });
      const { records } = await log.read(harness.topics.deadLetters, 0, 0n);
      const letter = JSON.parse(String(records[0]?.value)) as Record<string, unknown>;
      expect(letter).toMatchObject({ partition: 2, offset: '7', error: { name: 'TypeError', message: 'oh' } });
      expect(Buffer.from(String(letter['command']), 'base64').toString()).toBe('not json');
    });
  });
};
