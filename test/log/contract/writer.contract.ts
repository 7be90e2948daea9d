import { AppendTooLarge, AppendUnknown } from '../../../src/log/log.js';
import { Fenced } from '../../../src/log/errors.js';
import { numbersOf, pending, type PartitionUnderTest } from './harness.js';

export const writerContract = (next: () => PartitionUnderTest): void => {
  describe('the owner of a partition', () => {
    it('claims after its membership is confirmed, and writes dense seqs at the offsets behind its claim', async () => {
      const test = next();
      const order: string[] = [];
      const writer = await test.claim('a', null, {
        membership: async () => {
          const { end } = await test.log.range(test.harness.topics.events, test.partition);
          order.push(`confirmed at ${end}`);
        },
      });
      await writer.restore(() => undefined);
      const first = await writer.append([pending(1), pending(2)]);
      const second = await writer.append([pending(3)]);
      expect(order).toEqual(['confirmed at 0']);
      expect([first.position, second.position]).toEqual([2n, 3n]);
      expect([...first.events, ...second.events].map(({ seq, offset }) => [seq, offset])).toEqual([
        [1, 1n],
        [2, 2n],
        [3, 3n],
      ]);
      expect(await test.counted()).toEqual([...first.events, ...second.events]);
    });

    it('does not claim when its membership is not confirmed', async () => {
      const test = next();
      const writer = await test.claim('a', null, {
        membership: () => Promise.reject(new Error('no longer a member')),
      });
      await expect(writer.restore(() => undefined)).rejects.toThrow('no longer a member');
      expect(await test.log.range(test.harness.topics.events, test.partition)).toMatchObject({ end: 0n });
    });

    it('restores everything from the start, and from a checkpoint only what came after it', async () => {
      const test = next();
      const first = await test.own('a');
      await first.append([pending(1), pending(2)]);
      const { checkpoint } = first;
      await first.append([pending(3)]);
      const all: number[] = [];
      const tail: number[] = [];
      const fromStart = await test.claim('b');
      await fromStart.restore((events) => void all.push(...numbersOf(events)));
      const fromCheckpoint = await test.claim('c', checkpoint);
      await fromCheckpoint.restore((events) => void tail.push(...numbersOf(events)));
      expect([all, tail]).toEqual([[1, 2, 3], [3]]);
      expect(fromCheckpoint.checkpoint).toMatchObject({ seq: 3, commandOffset: 3n, commandId: 'command-3' });
      expect((await fromCheckpoint.append([pending(4)])).events[0]?.seq).toBe(4);
    });

    it('learns from its next append that another has claimed, and what it wrote is void', async () => {
      const test = next();
      const old = await test.own('old');
      await old.append([pending(1)]);
      const young = await test.own('young');
      await expect(old.append([pending(666)])).rejects.toThrow(Fenced);
      await young.append([pending(2)]);
      expect(numbersOf(await test.counted())).toEqual([1, 2]);
    });

    it('learns while it restores that another has claimed', async () => {
      const test = next();
      const membership = (): Promise<void> => test.own('young').then(() => undefined);
      const old = await test.claim('old', null, { membership });
      await expect(old.restore(() => undefined)).rejects.toThrow(Fenced);
      expect(await test.counted()).toEqual([]);
    });

    it('goes on over void records of a zombie', async () => {
      const test = next();
      const zombie = await test.own('zombie');
      const owner = await test.own('owner');
      await expect(zombie.append([pending(666)])).rejects.toThrow(Fenced);
      await owner.append([pending(1)]);
      await owner.append([pending(2)]);
      expect(numbersOf(await test.counted())).toEqual([1, 2]);
    });

    it('is given up when an append has an unknown outcome; its events count once, for the next owner too', async () => {
      const test = next();
      const writer = await test.own('a');
      test.log.next = 'lost-ack';
      await expect(writer.append([pending(1)])).rejects.toThrow(AppendUnknown);
      await expect(writer.append([pending(1)])).rejects.toThrow('given-up');
      const restored: number[] = [];
      const after = await test.claim('a');
      await after.restore((events) => void restored.push(...numbersOf(events)));
      expect(restored).toEqual([1]);
      await after.append([pending(2)]);
      expect(numbersOf(await test.counted())).toEqual([1, 2]);
    });

    it('decides again under the same seq when the unknown append was never written', async () => {
      const test = next();
      const writer = await test.own('a');
      test.log.next = 'failed';
      await expect(writer.append([pending(1)])).rejects.toThrow(AppendUnknown);
      const after = await test.own('a');
      expect((await after.append([pending(1)])).events[0]?.seq).toBe(1);
      expect(numbersOf(await test.counted())).toEqual([1]);
    });

    it('may claim again when the fate of a claim is unknown', async () => {
      const test = next();
      test.log.next = 'lost-ack';
      await expect(test.own('a')).rejects.toThrow(AppendUnknown);
      const writer = await test.own('a');
      await writer.append([pending(1)]);
      expect(numbersOf(await test.counted())).toEqual([1]);
    });

    it('tolerates a late copy of its own batch, which counts once', async () => {
      const test = next();
      const writer = await test.own('a');
      await writer.append([pending(1), pending(2)]);
      await test.log.repeatLast();
      const { events, position } = await writer.append([pending(3)]);
      expect([events[0]?.seq, position]).toEqual([3, 5n]);
      expect(numbersOf(await test.counted())).toEqual([1, 2, 3]);
    });

    it('is not disturbed by a late copy of its own claim, nor of that of an older owner', async () => {
      const test = next();
      const old = await test.own('old');
      await test.log.repeatLast();
      await old.append([pending(1)]);
      const copy = await test.log.read(test.harness.topics.events, test.partition, 0n);
      const owner = await test.own('owner');
      const { key, value } = copy.records[0]!;
      await test.log.append(test.harness.topics.events, test.partition, [{ key: key ?? '', value }]);
      await owner.append([pending(2)]);
      await expect(old.append([pending(666)])).rejects.toThrow(Fenced);
      expect(numbersOf(await test.counted())).toEqual([1, 2]);
    });

    it('says in its claim where it stands, so that a reader may start there', async () => {
      const test = next();
      const old = await test.own('old');
      await old.append([pending(1), pending(2)]);
      await test.own('young');
      const { records } = await test.log.read(test.harness.topics.events, test.partition, 3n);
      const { data } = JSON.parse(String(records[0]?.value)) as { data: object };
      expect(data).toEqual({ by: 'young', after: old.claim, seq: 2, end: '3' });
    });

    it('goes on after a batch that was too large, of which nothing was written', async () => {
      const test = next();
      const writer = await test.own('a');
      const large = pending(1, { subject: 'x'.repeat(9 * 1024 * 1024) });
      await expect(writer.append([large])).rejects.toThrow(AppendTooLarge);
      expect((await writer.append([pending(2)])).position).toBe(1n);
      expect(numbersOf(await test.counted())).toEqual([2]);
    });

    it('renews its claim under the same id after 10 minutes of activity, and not when idle', async () => {
      const test = next();
      const writer = await test.own('a');
      await writer.append([pending(1)]);
      await writer.renewIfDue();
      expect(writer.fence.next).toBe(2n);
      await test.writerClock.pass(10 * 60_000);
      await writer.renewIfDue();
      expect(writer.fence).toMatchObject({ next: 3n, claim: writer.claim, seq: 1 });
      await test.writerClock.pass(10 * 60_000);
      await writer.renewIfDue();
      expect(writer.fence.next).toBe(3n);
      await writer.append([pending(2)]);
      expect(numbersOf(await test.counted())).toEqual([1, 2]);
    });
  });
};
