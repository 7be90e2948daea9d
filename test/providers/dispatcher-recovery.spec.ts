import { LEASE_MS } from '../../src/providers/attempt-queue.js';
import { enrichmentIdOf, type Wanted } from './support/enrichments.js';
import { Installation, asked, vendor, freeVendor, calm, FakeAdapter, HIT, MISS } from './support/installation.js';

describe('dispatcher', () => {
  let world: Installation;
  beforeEach(() => {
    world = new Installation();
  });

  describe('leases', () => {
    it('two processes never call the same attempt while its lease lives', async () => {
      const [here, there] = [vendor(), vendor()];
      const { dispatcher: first, queue } = world.process('first', [here]);
      const { dispatcher: second } = world.process('second', [there]);
      // It cannot take its own row again, so only renewing keeps it.
      queue.failures.set('takeDue', Array(100).fill(new Error('down')));
      first.start();
      second.start();
      await first.handle(await world.request(asked(1, 'vendor')));
      await world.pass(3 * LEASE_MS);
      expect([here.calls.length, there.calls.length]).toEqual([1, 0]);
      here.answer(HIT);
      await calm();
      expect(world.sentFor(enrichmentIdOf(1))).toHaveLength(1);
    });

    it('a batch that another process has stored already is moved, nothing is called', async () => {
      const [here, there] = [vendor(), vendor()];
      const { dispatcher: first } = world.process('first', [here]);
      const { dispatcher: second } = world.process('second', [there]);
      const batch = await world.request(asked(1, 'vendor'));
      expect(await first.handle(batch)).toBe('stored');
      expect(await second.handle(batch)).toBe('moved');
      await calm();
      expect(there.calls).toEqual([]);
      expect(second.size).toBe(0);
    });
  });

  describe('after a crash', () => {
    /** A process that took the attempt and is never heard of again. */
    const crashed = async (wanted: Wanted, adapter: FakeAdapter) => {
      const { dispatcher, queue } = world.process('crashed', [adapter]);
      queue.failures.set('takeDue', Array(100).fill(new Error('dead')));
      await dispatcher.handle(await world.request(wanted));
      await calm();
      await world.clock.pass(LEASE_MS + 1);
      world.sender.sent.length = 0;
    };
    const next = async (adapters: readonly FakeAdapter[]) => {
      const { dispatcher } = world.process('next', adapters);
      dispatcher.start();
      await world.pass(2_000);
      return dispatcher;
    };

    it('open attempts are found in the table', async () => {
      const adapter = freeVendor();
      await crashed(asked(1, 'free'), freeVendor());
      adapter.replies.push(HIT);
      await next([adapter]);
      expect(world.sentFor(enrichmentIdOf(1))).toMatchObject([{ outcome: 'hit', reason: null }]);
    });

    it('a paid call that was begun and not answered is repeated once and says so', async () => {
      const adapter = vendor();
      await crashed(asked(1, 'vendor'), vendor());
      adapter.replies.push(HIT);
      await next([adapter]);
      expect(world.sentFor(enrichmentIdOf(1))).toMatchObject([{ outcome: 'hit', reason: 'repeated_after_crash' }]);
    });

    it('a miss of a repeated call keeps its own reason too', async () => {
      const adapter = vendor();
      await crashed(asked(1, 'vendor'), vendor());
      adapter.replies.push(MISS);
      await next([adapter]);
      expect(world.sentFor(enrichmentIdOf(1))).toMatchObject([{ reason: 'not_found,repeated_after_crash' }]);
    });

    it('a paid call is never begun a third time', async () => {
      await crashed(asked(1, 'vendor'), vendor());
      const row = world.table.rows.get(enrichmentIdOf(1));
      expect(row?.held.calls).toBe(1);
      // The second holder died in the same way.
      if (row) row.held = { ...row.held, calls: 2 };
      const adapter = vendor();
      await next([adapter]);
      expect(adapter.calls).toEqual([]);
      expect(world.sentFor(enrichmentIdOf(1))).toMatchObject([{ outcome: 'error', reason: 'outcome_unknown' }]);
    });

    it('a lookup with a handle is polled, not repeated', async () => {
      const before = vendor();
      before.replies.push({ kind: 'pending', ref: 'ticket', pollAfterMs: 5_000 });
      await crashed(asked(1, 'vendor'), before);
      const adapter = vendor();
      adapter.replies.push(HIT);
      await next([adapter]);
      expect([adapter.calls, adapter.polls]).toEqual([[], ['ticket']]);
      expect(world.sentFor(enrichmentIdOf(1))).toMatchObject([{ outcome: 'hit', reason: null }]);
    });

    it('a paid call is marked before it is made', async () => {
      const adapter = vendor();
      const { dispatcher, queue } = world.process('p', [adapter]);
      queue.failures.set('markCalled', [new Error('down')]);
      await dispatcher.handle(await world.request(asked(1, 'vendor')));
      await calm();
      expect(adapter.calls).toEqual([]);
    });
  });

  describe('a stop', () => {
    it('gives back at once what was not begun, and waits for calls that are out', async () => {
      const adapter = vendor('vendor', { concurrency: 1 });
      const { dispatcher } = world.process('first', [adapter]);
      dispatcher.start();
      const events = await Promise.all([1, 2].map((n) => world.source.requested(asked(n, 'vendor'))));
      await dispatcher.handle(world.source.batch(events));
      await calm();
      const stopped = dispatcher.stop();
      await calm();
      adapter.answer(MISS);
      await stopped;
      expect(world.sentFor(enrichmentIdOf(1))).toHaveLength(1);
      const other = vendor();
      const { dispatcher: second } = world.process('second', [other]);
      second.start();
      await world.pass(1_100);
      expect(other.calls.map(({ enrichmentId }) => enrichmentId)).toEqual([enrichmentIdOf(2)]);
    });
  });
});
