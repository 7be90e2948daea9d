import { commandIdFrom } from '../../src/log/command-id.js';
import { RESEND_FIRST_MS } from '../../src/providers/attempt-queue.js';
import { enrichmentIdOf } from './support/enrichments.js';
import { Installation, asked, vendor, freeVendor, calm, FakeAdapter, HIT, MISS } from './support/installation.js';

describe('dispatcher', () => {
  let world: Installation;
  beforeEach(() => {
    world = new Installation();
  });

  describe('an answer', () => {
    it('carries what the vendor found, sealed under the key that the event names', async () => {
      const adapter = vendor();
      const { dispatcher } = world.process('p', [adapter]);
      adapter.replies.push(HIT);
      const batch = await world.request(asked(1, 'vendor'));
      expect(await dispatcher.handle(batch)).toBe('stored');
      await calm();
      const [command] = world.sender.sent;
      expect(command).toMatchObject({
        id: commandIdFrom(enrichmentIdOf(1), 1),
        type: 'RecordProviderResponse',
        orgId: 'org_a',
        keyed: false,
        waitMs: null,
        replyTo: null,
        correlationId: 'correlation',
        data: { attempt: 1, step: 1, provider: 'vendor', outcome: 'hit', reason: null, verification: 'deliverable' },
      });
      const values = await world.valuesOf(command?.data.sealed ?? null, command?.data.keyId ?? null);
      expect(values).toMatchObject({ emails: [{ value: 'jane@example.com' }] });
    });

    it('is stored before it is sent', async () => {
      const adapter = vendor();
      const { dispatcher, queue } = world.process('p', [adapter]);
      adapter.replies.push(HIT);
      let storedWhenSent: boolean | undefined;
      const send = world.sender.send.bind(world.sender);
      world.sender.send = async (command) => {
        storedWhenSent = world.table.rows.get(enrichmentIdOf(1))?.answer !== null;
        await send(command);
      };
      await dispatcher.handle(await world.request(asked(1, 'vendor')));
      await calm();
      expect(storedWhenSent).toBe(true);
      expect(queue.statements).toContain('storeAnswers durable');
    });

    it('is not sent when it cannot be stored, and stored when the database is back', async () => {
      const adapter = freeVendor();
      const { dispatcher, queue } = world.process('p', [adapter]);
      queue.failures.set('storeAnswers relaxed', [new Error('down'), new Error('still down')]);
      adapter.replies.push(MISS);
      await dispatcher.handle(await world.request(asked(1, 'free')));
      await calm();
      expect(world.sender.sent).toEqual([]);
      await world.pass(1_000);
      expect(world.sentFor(enrichmentIdOf(1))).toHaveLength(1);
      expect(adapter.calls).toHaveLength(1);
    });

    it('is sent again until its ProviderResponded is read', async () => {
      const adapter = vendor();
      const { dispatcher } = world.process('p', [adapter]);
      dispatcher.start();
      adapter.replies.push(MISS);
      const wanted = asked(1, 'vendor');
      await dispatcher.handle(await world.request(wanted));
      await world.pass(RESEND_FIRST_MS + 2_000);
      expect(new Set(world.sender.sent.map(({ id }) => id)).size).toBe(1);
      expect(world.sender.sent).toHaveLength(2);
      await dispatcher.handle(world.source.batch([world.source.responded(wanted, 1, null)]));
      await world.pass(20 * RESEND_FIRST_MS);
      expect(world.sender.sent).toHaveLength(2);
      expect(adapter.calls).toHaveLength(1);
    });

    it('survives a sender that is overloaded', async () => {
      const adapter = vendor();
      const { dispatcher } = world.process('p', [adapter]);
      dispatcher.start();
      world.sender.failures.push(new Error('overloaded'));
      adapter.replies.push(MISS);
      await dispatcher.handle(await world.request(asked(1, 'vendor')));
      await world.pass(RESEND_FIRST_MS + 2_000);
      expect(world.sentFor(enrichmentIdOf(1))).toHaveLength(1);
      expect(adapter.calls).toHaveLength(1);
    });

    it('that the vendor delivers twice is sent twice under one id', async () => {
      const adapter = vendor();
      const { dispatcher } = world.process('p', [adapter]);
      adapter.replies.push({ ...HIT, deliveries: 2 } as typeof HIT);
      await dispatcher.handle(await world.request(asked(1, 'vendor')));
      await calm();
      expect(world.sender.sent.map(({ id }) => id)).toEqual(Array(2).fill(commandIdFrom(enrichmentIdOf(1), 1)));
    });

    it('opens the next step with what the first event carried', async () => {
      const [first, second] = [vendor('first'), vendor('second')];
      const { dispatcher } = world.process('p', [first, second]);
      first.replies.push(MISS);
      second.replies.push(HIT);
      const wanted = asked(1, 'first', 'second');
      await dispatcher.handle(await world.request(wanted));
      await calm();
      await dispatcher.handle(world.source.batch([world.source.responded(wanted, 1, 'next')]));
      await calm();
      expect(second.calls[0]).toMatchObject({
        step: 2,
        identity: { linkedinUrl: 'https://www.linkedin.com/in/person-1' },
      });
      expect(world.sentFor(enrichmentIdOf(1)).map(({ attempt, outcome }) => [attempt, outcome])).toEqual([
        [1, 'miss'],
        [2, 'hit'],
      ]);
    });
  });

  describe('a slow vendor', () => {
    it('does not hold up the events, nor other vendors', async () => {
      const [slow, quick] = [vendor('slow', { concurrency: 2 }), vendor('quick')];
      const { dispatcher } = world.process('p', [slow, quick]);
      const many = Array.from({ length: 500 }, (_, index) => asked(index + 10, 'slow'));
      const events = await Promise.all(many.map((wanted) => world.source.requested(wanted)));
      expect(await dispatcher.handle(world.source.batch(events))).toBe('stored');
      quick.replies.push(HIT);
      expect(await dispatcher.handle(await world.request(asked(1, 'quick')))).toBe('stored');
      await calm();
      expect(slow.calls).toHaveLength(2);
      expect(world.sentFor(enrichmentIdOf(1))).toHaveLength(1);
    });

    it('fills only a bounded part of the memory; the rest is taken from the table as room is made', async () => {
      const slow = vendor('slow', { concurrency: 40 });
      const { dispatcher } = world.process('p', [slow]);
      dispatcher.start();
      slow.replies.push(...Array.from({ length: 300 }, () => MISS));
      const many = Array.from({ length: 300 }, (_, index) => asked(index + 1, 'slow'));
      const events = await Promise.all(many.map((wanted) => world.source.requested(wanted)));
      await dispatcher.handle(world.source.batch(events));
      expect(dispatcher.size).toBeLessThanOrEqual(80);
      await calm();
      await calm();
      expect(slow.calls).toHaveLength(300);
      expect(new Set(slow.calls.map(({ enrichmentId }) => enrichmentId)).size).toBe(300);
      expect(dispatcher.size).toBe(0);
    });

    it('is not called for an enrichment that ended while it waited for its turn', async () => {
      const slow = new FakeAdapter('slow', false, false, { concurrency: 1 });
      const { dispatcher } = world.process('p', [slow]);
      const [first, cancelled] = [asked(1, 'slow'), asked(2, 'slow')];
      await dispatcher.handle(await world.request(first));
      await dispatcher.handle(await world.request(cancelled));
      await calm();
      await dispatcher.handle(world.source.batch([world.source.finished(cancelled)]));
      slow.answer(MISS);
      await calm();
      expect(slow.calls).toHaveLength(1);
      expect(dispatcher.size).toBe(0);
    });

    it('that answers after the enrichment ended changes nothing, except what it leaves for the cache', async () => {
      const adapter = vendor();
      const { dispatcher } = world.process('p', [adapter]);
      const [miss, hit] = [asked(1, 'vendor'), asked(2, 'vendor')];
      await dispatcher.handle(await world.request(miss));
      await dispatcher.handle(await world.request(hit));
      await calm();
      await dispatcher.handle(world.source.batch([world.source.finished(miss), world.source.finished(hit)]));
      adapter.answer(MISS);
      adapter.answer(HIT);
      await calm();
      expect(world.sentFor(enrichmentIdOf(1))).toEqual([]);
      expect(world.sentFor(enrichmentIdOf(2))).toMatchObject([
        { outcome: 'hit', cache: { keyId: expect.any(String) } },
      ]);
      expect(dispatcher.size).toBe(0);
    });
  });
});
