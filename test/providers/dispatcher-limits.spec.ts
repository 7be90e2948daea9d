import type { OrgId } from '../../src/domain/kernel/ids.js';
import { DEADLINE_MS, enrichmentIdOf, planOf, STEP_TIMEOUT_MS } from './support/enrichments.js';
import { Installation, asked, vendor, calm, HIT, MISS } from './support/installation.js';

describe('dispatcher', () => {
  let world: Installation;
  beforeEach(() => {
    world = new Installation();
  });

  describe('deadlines', () => {
    it('a step that does not answer in time is an error', async () => {
      const adapter = vendor();
      const { dispatcher } = world.process('p', [adapter]);
      dispatcher.start();
      await dispatcher.handle(await world.request(asked(1, 'vendor')));
      await world.pass(STEP_TIMEOUT_MS);
      expect(world.sentFor(enrichmentIdOf(1))).toMatchObject([
        { outcome: 'error', reason: 'timeout', latencyMs: STEP_TIMEOUT_MS },
      ]);
    });

    it('nothing is called after the deadline of the enrichment', async () => {
      const adapter = vendor();
      const batch = await world.request(asked(1, 'vendor'));
      await world.clock.pass(DEADLINE_MS);
      const { dispatcher } = world.process('p', [adapter]);
      dispatcher.start();
      await dispatcher.handle(batch);
      await world.pass(10_000);
      expect([adapter.calls, world.sender.sent, dispatcher.size]).toEqual([[], [], 0]);
      expect(world.table.rows.size).toBe(1);
    });

    it('nothing is told after the deadline either, not even a skip', async () => {
      const batch = await world.request(asked(1, 'elsewhere'));
      await world.clock.pass(DEADLINE_MS);
      const { dispatcher } = world.process('p', []);
      dispatcher.start();
      await dispatcher.handle(batch);
      await world.pass(20_000);
      expect([world.sender.sent, world.table.rows.size]).toEqual([[], 1]);
    });

    it('a paid call whose mark took until the deadline is not made', async () => {
      const adapter = vendor();
      const { dispatcher } = world.process('p', [adapter]);
      const batch = await world.request(asked(1, 'vendor'));
      await world.clock.pass(DEADLINE_MS - 1);
      await dispatcher.handle({ ...batch, checkpoint: { ...batch.checkpoint, timeMs: world.clock.now() } });
      await world.clock.pass(1);
      await calm();
      expect([adapter.calls, world.sender.sent]).toEqual([[], []]);
    });

    it('what waited for its turn until the deadline is not called', async () => {
      const adapter = vendor('vendor', { concurrency: 1 });
      const { dispatcher } = world.process('p', [adapter]);
      const plan = planOf('vendor');
      const patient = { ...plan, steps: plan.steps.map((step) => ({ ...step, timeoutMs: 2 * DEADLINE_MS })) };
      const events = await Promise.all([1, 2].map((number) => world.source.requested({ number, plan: patient })));
      await dispatcher.handle(world.source.batch(events));
      await calm();
      await world.pass(DEADLINE_MS + 1);
      expect(adapter.calls).toHaveLength(1);
      expect([world.sender.sent, dispatcher.size]).toEqual([[], 0]);
    });

    it('a row that the log never ends is dropped in the end', async () => {
      const batch = await world.request(asked(1, 'vendor'));
      await world.clock.pass(2 * DEADLINE_MS);
      const { dispatcher } = world.process('p', [vendor()]);
      dispatcher.start();
      await dispatcher.handle(batch);
      await world.pass(10_000);
      expect(world.table.rows.size).toBe(0);
    });

    it('what is being caught up with is left alone until its answer had time to be read', async () => {
      const adapter = vendor();
      const wanted = asked(1, 'vendor');
      const { dispatcher } = world.process('p', [adapter]);
      dispatcher.start();
      const old = await world.request(wanted);
      const answer = world.source.batch([world.source.responded(wanted, 1, null)]);
      await world.clock.pass(60_000);
      await dispatcher.handle(old);
      await calm();
      await dispatcher.handle(answer);
      await world.pass(20_000);
      expect(adapter.calls).toEqual([]);
    });
  });

  describe('retries', () => {
    it('waits as long as the vendor says, a bounded number of times', async () => {
      const adapter = vendor();
      const { dispatcher } = world.process('p', [adapter]);
      dispatcher.start();
      adapter.replies.push(
        ...Array.from({ length: 9 }, () => ({ kind: 'retry_later', afterMs: 5_000, reason: 'rate' }) as const),
      );
      await dispatcher.handle(await world.request(asked(1, 'vendor')));
      await world.pass(4_500);
      expect(adapter.calls).toHaveLength(1);
      await world.pass(1_000);
      expect(adapter.calls).toHaveLength(2);
      await world.pass(20_000);
      expect(adapter.calls.map(({ tries }) => tries)).toEqual([0, 1, 2, 3, 4]);
      expect(world.sentFor(enrichmentIdOf(1))).toMatchObject([{ outcome: 'error', reason: 'retries_exhausted' }]);
    });

    it('an attempt that the table hands out before it told that it was put back is worked on', async () => {
      const adapter = vendor();
      const { dispatcher, queue } = world.process('p', [adapter]);
      dispatcher.start();
      let acknowledge = (): void => undefined;
      queue.parkAcknowledged = new Promise((resolve) => (acknowledge = resolve));
      adapter.replies.push({ kind: 'pending', ref: 'ticket', pollAfterMs: 0 }, HIT);
      await dispatcher.handle(await world.request(asked(1, 'vendor')));
      await world.pass(1_100);
      expect(world.sentFor(enrichmentIdOf(1))).toMatchObject([{ outcome: 'hit' }]);
      acknowledge();
      await calm();
      expect(dispatcher.size).toBe(0);
    });

    it('an adapter that throws is broken, not retried', async () => {
      const adapter = vendor();
      const { dispatcher } = world.process('p', [adapter]);
      adapter.replies.push(new TypeError('jane@example.com is undefined'));
      await dispatcher.handle(await world.request(asked(1, 'vendor')));
      await calm();
      expect(world.sentFor(enrichmentIdOf(1))).toMatchObject([{ outcome: 'error', reason: 'broken' }]);
    });
  });

  describe('budgets', () => {
    it('never has more calls out than the vendor allows', async () => {
      const adapter = vendor('vendor', { concurrency: 3 });
      const { dispatcher } = world.process('p', [adapter]);
      const events = await Promise.all([1, 2, 3, 4, 5].map((n) => world.source.requested(asked(n, 'vendor'))));
      await dispatcher.handle(world.source.batch(events));
      await calm();
      expect(adapter.calls).toHaveLength(3);
      adapter.answer(MISS);
      await calm();
      expect(adapter.calls).toHaveLength(4);
    });

    it('keeps to the rate per second', async () => {
      const adapter = vendor('vendor', { concurrency: 50, perSecond: 2 });
      const { dispatcher } = world.process('p', [adapter]);
      const events = await Promise.all([1, 2, 3, 4, 5].map((n) => world.source.requested(asked(n, 'vendor'))));
      await dispatcher.handle(world.source.batch(events));
      await calm();
      expect(adapter.calls).toHaveLength(2);
      await world.pass(1_000);
      expect(adapter.calls).toHaveLength(4);
    });

    it("a shared call that ran out of the first one's time is made again for the others", async () => {
      const adapter = vendor();
      const { dispatcher } = world.process('p', [adapter]);
      dispatcher.start();
      const identity = { linkedinUrl: 'https://www.linkedin.com/in/jane' };
      await dispatcher.handle(await world.request({ number: 1, plan: planOf('vendor'), identity }));
      await world.pass(STEP_TIMEOUT_MS / 2);
      await dispatcher.handle(await world.request({ number: 2, plan: planOf('vendor'), identity }));
      await world.pass(STEP_TIMEOUT_MS / 2);
      expect(world.sentFor(enrichmentIdOf(2))).toEqual([]);
      expect(adapter.calls.map(({ enrichmentId }) => enrichmentId)).toEqual([1, 2].map(enrichmentIdOf));
    });

    it('one call serves all who look for the same person and field at the same time', async () => {
      const adapter = vendor();
      const { dispatcher } = world.process('p', [adapter]);
      const identity = { linkedinUrl: 'https://www.linkedin.com/in/jane' };
      const plan = planOf('vendor');
      const [mine, theirs] = [
        { number: 1, plan, identity },
        { number: 2, plan, identity, orgId: 'org_b' as OrgId },
      ];
      await dispatcher.handle(await world.request(mine));
      await dispatcher.handle(await world.request(theirs));
      await calm();
      expect(adapter.calls).toHaveLength(1);
      adapter.answer(HIT);
      await calm();
      const [answer] = world.sentFor(enrichmentIdOf(2));
      expect(await world.valuesOf(answer?.sealed ?? null, answer?.keyId ?? null, 'org_b' as OrgId)).toBeDefined();
      expect(world.sender.sent).toHaveLength(2);
    });
  });
});
