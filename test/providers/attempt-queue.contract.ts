import { LEASE_MS, RESEND_FIRST_MS, type AttemptQueue } from '../../src/providers/attempt-queue.js';
import { EVERY_ATTEMPT } from '../../src/providers/attempt-changes.js';
import {
  DEADLINE_AT_MS,
  row,
  untouched,
  key,
  checkpoint,
  changes,
  leased,
  waiting,
  answerTo,
  stored,
  room,
  numbersOf,
} from './support/queue-rows.js';

export interface QueueHarness {
  /** A queue of another process on the same, empty table. */
  queue(owner: string): AttemptQueue;
  /** The table's time goes on. */
  pass(ms: number): Promise<void>;
}

export const attemptQueueContract = (fresh: () => Promise<QueueHarness>): void => {
  let harness: QueueHarness;
  let a: AttemptQueue;
  let b: AttemptQueue;
  beforeEach(async () => {
    harness = await fresh();
    a = harness.queue('a');
    b = harness.queue('b');
  });

  describe('rows of events', () => {
    it('gives back what was leased with its insertion, complete', async () => {
      const held = await a.apply(changes(1, { opened: [leased(row(1)), waiting(row(2))] }));
      expect(held).toEqual([{ ...row(1), ...untouched }]);
    });

    it('finds the other rows by taking them, complete', async () => {
      await a.apply(changes(1, { opened: [waiting(row(1))] }));
      expect(await b.takeDue(room('fast', 10))).toEqual([{ ...row(1), ...untouched }]);
    });

    it('changes nothing when the stored position is another one', async () => {
      await a.apply(changes(1, {}));
      expect(await b.apply(changes(1, { opened: [leased(row(1))] }))).toBe('moved');
      expect(await b.apply(changes(3, { opened: [leased(row(2))] }))).toBe('moved');
      expect(await a.takeDue(room('fast', 10))).toEqual([]);
      expect(await a.apply(changes(2, { opened: [leased(row(1))] }))).toHaveLength(1);
    });

    it('moves several positions at once, all or none', async () => {
      const move = (partition: number, seq: number) => ({
        previous: seq === 1 ? null : { ...checkpoint(seq - 1), partition },
        next: { ...checkpoint(seq), partition },
      });
      for (const partition of [3, 4]) await a.apply({ ...changes(1, {}), moves: [move(partition, 1)] });
      const both = { ...changes(2, { opened: [leased(row(1))] }), moves: [move(3, 2), move(4, 2)] };
      expect(await a.apply(both)).toHaveLength(1);
      const halfStale = {
        ...changes(3, { opened: [leased(row(2))], ended: [key(1)] }),
        moves: [move(3, 2), move(4, 3)],
      };
      expect(await b.apply(halfStale)).toBe('moved');
      await harness.pass(LEASE_MS);
      expect(numbersOf(await a.takeDue(room('fast', 10)))).toEqual([1]);
      expect(await b.apply({ ...changes(3, {}), moves: [move(4, 3), move(3, 3)] })).toEqual([]);
    });

    it('leaves an enrichment alone that it already knows', async () => {
      await a.apply(changes(1, { opened: [leased(row(1))] }));
      await a.storeAnswers([stored(1)], 'relaxed');
      expect(await b.apply(changes(2, { opened: [leased(row(1))] }))).toEqual([]);
    });

    it('opens the next attempt in the same row, as if nothing had happened in it', async () => {
      await a.apply(changes(1, { opened: [leased(row(1))] }));
      await a.markCalled([key(1)]);
      await a.storeAnswers([stored(1)], 'durable');
      const next = { ...key(1, 2), step: 2, provider: 'deep' };
      expect(await a.apply(changes(2, { advanced: [leased(next)] }))).toEqual([{ ...row(1), ...next, ...untouched }]);
      await harness.pass(LEASE_MS);
      expect(await b.takeAnswered(10)).toEqual([]);
      expect(await b.takeDue(room('deep', 10))).toEqual([{ ...row(1), ...next, ...untouched }]);
    });

    it('never goes back to an earlier attempt', async () => {
      await a.apply(changes(1, { opened: [leased({ ...row(1), attempt: 3 })] }));
      expect(await a.apply(changes(2, { advanced: [leased({ ...key(1, 2), step: 2, provider: 'deep' })] }))).toEqual(
        [],
      );
    });

    it('ends a row up to the given attempt only', async () => {
      await a.apply(changes(1, { opened: [waiting({ ...row(1), attempt: 2 }), waiting(row(2))] }));
      await a.apply(changes(2, { ended: [key(1, 1), key(2, EVERY_ATTEMPT)] }));
      expect(numbersOf(await a.takeDue(room('fast', 10)))).toEqual([1]);
    });

    it('leaves rows alone for their delay', async () => {
      await a.apply(changes(1, { opened: [waiting(row(1), 3_000)] }));
      await harness.pass(2_000);
      expect(await a.takeDue(room('fast', 10))).toEqual([]);
      await harness.pass(2_000);
      expect(await a.takeDue(room('fast', 10))).toHaveLength(1);
    });
  });

  describe('leases', () => {
    it('takes at most the room of each provider', async () => {
      const opened = [1, 2, 3].map((n) => waiting(row(n))).concat([4, 5].map((n) => waiting(row(n, 'slow'))));
      await a.apply(changes(1, { opened }));
      const taken = await a.takeDue(
        new Map([
          ['fast', 2],
          ['slow', 9],
        ]),
      );
      expect(taken.filter(({ provider }) => provider === 'fast')).toHaveLength(2);
      expect(numbersOf(taken.filter(({ provider }) => provider === 'slow'))).toEqual([4, 5]);
    });

    it('are kept from others while they live, and taken over when they have run out', async () => {
      await a.apply(changes(1, { opened: [leased(row(1))] }));
      await harness.pass(LEASE_MS - 1_000);
      expect(await b.takeDue(room('fast', 10))).toEqual([]);
      expect(await a.renew([key(1)])).toEqual([key(1)]);
      await harness.pass(LEASE_MS - 1_000);
      expect(await b.takeDue(room('fast', 10))).toEqual([]);
      await harness.pass(1_000);
      expect(await b.takeDue(room('fast', 10))).toHaveLength(1);
    });

    it('of others cannot be used: nothing is marked, stored, put back or renewed', async () => {
      await a.apply(changes(1, { opened: [leased(row(1))] }));
      await harness.pass(LEASE_MS);
      await b.takeDue(room('fast', 10));
      const parked = { ...key(1), ...untouched, delayMs: 0 };
      expect(await a.markCalled([key(1)])).toEqual([]);
      expect(await a.storeAnswers([stored(1)], 'relaxed')).toEqual([]);
      expect(await a.park([parked])).toEqual([]);
      expect(await a.renew([key(1)])).toEqual([]);
      await a.release([key(1)]);
      expect(await b.markCalled([key(1)])).toEqual([key(1)]);
    });

    it('are given up by release', async () => {
      await a.apply(changes(1, { opened: [leased(row(1))] }));
      await a.release([key(1)]);
      expect(await b.takeDue(room('fast', 10))).toHaveLength(1);
    });

    it('of providers that nobody knows are found apart', async () => {
      await a.apply(changes(1, { opened: [waiting(row(1)), waiting(row(2, 'gone'))] }));
      expect(numbersOf(await a.takeUnknown(['fast'], 10))).toEqual([2]);
      expect(await b.takeUnknown(['fast'], 10)).toEqual([]);
    });
  });

  describe('what is kept of a call', () => {
    it('a begun paid call is seen by the next holder', async () => {
      await a.apply(changes(1, { opened: [leased(row(1))] }));
      await a.markCalled([key(1)]);
      await harness.pass(LEASE_MS);
      const [taken] = await b.takeDue(room('fast', 10));
      expect(taken?.calls).toBe(1);
      expect(taken?.startedMs).toEqual(expect.any(Number));
    });

    it('an attempt that was put back keeps its handle, its tries and its start', async () => {
      await a.apply(changes(1, { opened: [leased(row(1))] }));
      const left = { startedMs: 1_800_000_000_123, tries: 2, vendorRef: 'ref', calls: 1 };
      await a.park([{ ...key(1), ...left, delayMs: 5_000 }]);
      await harness.pass(4_000);
      expect(await b.takeDue(room('fast', 10))).toEqual([]);
      await harness.pass(1_000);
      expect(await b.takeDue(room('fast', 10))).toEqual([{ ...row(1), ...left }]);
    });
  });

  describe('answers', () => {
    it('are handed out again, unchanged, each time later than the last, until the row ends', async () => {
      await a.apply(changes(1, { opened: [leased(row(1))] }));
      expect(await a.storeAnswers([stored(1)], 'relaxed')).toEqual([key(1)]);
      expect(await b.takeAnswered(10)).toEqual([]);
      await harness.pass(RESEND_FIRST_MS);
      const again = { orgId: 'org_a', correlationId: 'correlation', deadlineMs: DEADLINE_AT_MS, answer: answerTo(1) };
      expect(await b.takeAnswered(10)).toEqual([again]);
      await harness.pass(RESEND_FIRST_MS);
      expect(await b.takeAnswered(10)).toEqual([]);
      await harness.pass(RESEND_FIRST_MS);
      expect(await b.takeAnswered(10)).toEqual([again]);
      await a.apply(changes(2, { ended: [key(1)] }));
      await harness.pass(100 * RESEND_FIRST_MS);
      expect(await b.takeAnswered(10)).toEqual([]);
    });

    it('are stored once and keep the attempt from being called again', async () => {
      await a.apply(changes(1, { opened: [leased(row(1))] }));
      await a.storeAnswers([stored(1)], 'durable');
      expect(await a.storeAnswers([stored(1)], 'durable')).toEqual([]);
      await harness.pass(LEASE_MS);
      expect(await b.takeDue(room('fast', 10))).toEqual([]);
    });
  });

  it('abandons rows for good', async () => {
    await a.apply(changes(1, { opened: [leased(row(1))] }));
    await a.abandon([key(1)]);
    await harness.pass(10 * LEASE_MS);
    expect(await b.takeDue(room('fast', 10))).toEqual([]);
  });
};
