import type { OrgId, Sealed } from '../../src/domain/kernel/ids.js';
import { commandIdFrom } from '../../src/log/command-id.js';
import { LEASE_MS, RESEND_FIRST_MS } from '../../src/providers/attempt-queue.js';
import { CACHE_ORG } from '../../src/vault/vault.js';
import { DEADLINE_MS, enrichmentIdOf, planOf, STEP_TIMEOUT_MS, type Wanted } from './support/enrichments.js';
import { calm, FakeAdapter, HIT, Installation, MISS } from './support/bench.js';

const TEST_ORG = 'org_a~test' as OrgId;
const asked = (number: number, ...providers: string[]): Wanted => ({ number, plan: planOf(...providers) });
const vendor = (id = 'vendor', limits?: FakeAdapter['limits']) => new FakeAdapter(id, false, true, limits);
const freeVendor = (id = 'free') => new FakeAdapter(id, false, false);

describe('dispatcher', () => {
  let world: Installation;
  beforeEach(() => {
    world = new Installation();
  });
  const request = async (wanted: Wanted) => world.source.batch([await world.source.requested(wanted)]);
  const valuesOf = async (sealed: Sealed | null, keyId: string | null, orgId = 'org_a' as OrgId) =>
    world.vault.open(orgId, keyId as never, 'values', sealed as Sealed);

  describe('an answer', () => {
    it('carries what the vendor found, sealed under the key that the event names', async () => {
      const adapter = vendor();
      const { dispatcher } = world.process('p', [adapter]);
      adapter.replies.push(HIT);
      const batch = await request(asked(1, 'vendor'));
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
      const values = await valuesOf(command?.data.sealed ?? null, command?.data.keyId ?? null);
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
      await dispatcher.handle(await request(asked(1, 'vendor')));
      await calm();
      expect(storedWhenSent).toBe(true);
      expect(queue.statements).toContain('storeAnswers durable');
    });

    it('is not sent when it cannot be stored, and stored when the database is back', async () => {
      const adapter = freeVendor();
      const { dispatcher, queue } = world.process('p', [adapter]);
      queue.failures.set('storeAnswers relaxed', [new Error('down'), new Error('still down')]);
      adapter.replies.push(MISS);
      await dispatcher.handle(await request(asked(1, 'free')));
      await calm();
      expect(world.sender.sent).toEqual([]);
      await world.pass(1_000);
      expect(world.sentFor(enrichmentIdOf(1))).toHaveLength(1);
      expect(adapter.calls).toHaveLength(1);
    });

    it('is sent again until its ProviderResponded is read', async () => {
      const adapter = vendor();
      const { dispatcher } = world.process('p', [adapter]);
      await dispatcher.start();
      adapter.replies.push(MISS);
      const wanted = asked(1, 'vendor');
      await dispatcher.handle(await request(wanted));
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
      await dispatcher.start();
      world.sender.failures.push(new Error('overloaded'));
      adapter.replies.push(MISS);
      await dispatcher.handle(await request(asked(1, 'vendor')));
      await world.pass(RESEND_FIRST_MS + 2_000);
      expect(world.sentFor(enrichmentIdOf(1))).toHaveLength(1);
      expect(adapter.calls).toHaveLength(1);
    });

    it('that the vendor delivers twice is sent twice under one id', async () => {
      const adapter = vendor();
      const { dispatcher } = world.process('p', [adapter]);
      adapter.replies.push({ ...HIT, deliveries: 2 } as typeof HIT);
      await dispatcher.handle(await request(asked(1, 'vendor')));
      await calm();
      expect(world.sender.sent.map(({ id }) => id)).toEqual(Array(2).fill(commandIdFrom(enrichmentIdOf(1), 1)));
    });

    it('opens the next step with what the first event carried', async () => {
      const [first, second] = [vendor('first'), vendor('second')];
      const { dispatcher } = world.process('p', [first, second]);
      first.replies.push(MISS);
      second.replies.push(HIT);
      const wanted = asked(1, 'first', 'second');
      await dispatcher.handle(await request(wanted));
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
      expect(await dispatcher.handle(await request(asked(1, 'quick')))).toBe('stored');
      await calm();
      expect(slow.calls).toHaveLength(2);
      expect(world.sentFor(enrichmentIdOf(1))).toHaveLength(1);
    });

    it('fills only a bounded part of the memory; the rest is taken from the table as room is made', async () => {
      const slow = vendor('slow', { concurrency: 40 });
      const { dispatcher } = world.process('p', [slow]);
      await dispatcher.start();
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

    it('that answers after the enrichment ended changes nothing, except what it leaves for the cache', async () => {
      const adapter = vendor();
      const { dispatcher } = world.process('p', [adapter]);
      const [miss, hit] = [asked(1, 'vendor'), asked(2, 'vendor')];
      await dispatcher.handle(await request(miss));
      await dispatcher.handle(await request(hit));
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

  describe('leases', () => {
    it('two processes never call the same attempt while its lease lives', async () => {
      const [here, there] = [vendor(), vendor()];
      const { dispatcher: first } = world.process('first', [here]);
      const { dispatcher: second } = world.process('second', [there]);
      await first.start();
      await second.start();
      await first.handle(await request(asked(1, 'vendor')));
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
      const batch = await request(asked(1, 'vendor'));
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
      await dispatcher.handle(await request(wanted));
      await calm();
      await world.clock.pass(LEASE_MS + 1);
      world.sender.sent.length = 0;
    };
    const next = async (adapters: readonly FakeAdapter[]) => {
      const { dispatcher } = world.process('next', adapters);
      await dispatcher.start();
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
      await dispatcher.handle(await request(asked(1, 'vendor')));
      await calm();
      expect(adapter.calls).toEqual([]);
    });
  });

  describe('deadlines', () => {
    it('a step that does not answer in time is an error', async () => {
      const adapter = vendor();
      const { dispatcher } = world.process('p', [adapter]);
      await dispatcher.start();
      await dispatcher.handle(await request(asked(1, 'vendor')));
      await world.pass(STEP_TIMEOUT_MS);
      expect(world.sentFor(enrichmentIdOf(1))).toMatchObject([
        { outcome: 'error', reason: 'timeout', latencyMs: STEP_TIMEOUT_MS },
      ]);
    });

    it('nothing is called after the deadline of the enrichment', async () => {
      const adapter = vendor();
      const batch = await request(asked(1, 'vendor'));
      await world.clock.pass(DEADLINE_MS);
      const { dispatcher } = world.process('p', [adapter]);
      await dispatcher.start();
      await dispatcher.handle(batch);
      await world.pass(10_000);
      expect([adapter.calls, world.sender.sent, dispatcher.size]).toEqual([[], [], 0]);
      expect(world.table.rows.size).toBe(1);
    });

    it('a row that the log never ends is dropped in the end', async () => {
      const batch = await request(asked(1, 'vendor'));
      await world.clock.pass(2 * DEADLINE_MS);
      const { dispatcher } = world.process('p', [vendor()]);
      await dispatcher.start();
      await dispatcher.handle(batch);
      await world.pass(10_000);
      expect(world.table.rows.size).toBe(0);
    });

    it('what is being caught up with is left alone until its answer had time to be read', async () => {
      const adapter = vendor();
      const wanted = asked(1, 'vendor');
      const { dispatcher } = world.process('p', [adapter]);
      await dispatcher.start();
      const old = await request(wanted);
      const answer = world.source.batch([world.source.responded(wanted, 1, null)]);
      await world.clock.pass(60_000);
      await dispatcher.handle(old);
      await dispatcher.handle(answer);
      await world.pass(20_000);
      expect(adapter.calls).toEqual([]);
    });
  });

  describe('retries', () => {
    it('waits as long as the vendor says, a bounded number of times', async () => {
      const adapter = vendor();
      const { dispatcher } = world.process('p', [adapter]);
      await dispatcher.start();
      adapter.replies.push(
        ...Array.from({ length: 9 }, () => ({ kind: 'retry_later', afterMs: 5_000, reason: 'rate' }) as const),
      );
      await dispatcher.handle(await request(asked(1, 'vendor')));
      await world.pass(4_500);
      expect(adapter.calls).toHaveLength(1);
      await world.pass(1_000);
      expect(adapter.calls).toHaveLength(2);
      await world.pass(20_000);
      expect(adapter.calls.map(({ tries }) => tries)).toEqual([0, 1, 2, 3, 4]);
      expect(world.sentFor(enrichmentIdOf(1))).toMatchObject([{ outcome: 'error', reason: 'retries_exhausted' }]);
    });

    it('an adapter that throws is broken, not retried', async () => {
      const adapter = vendor();
      const { dispatcher } = world.process('p', [adapter]);
      adapter.replies.push(new TypeError('jane@example.com is undefined'));
      await dispatcher.handle(await request(asked(1, 'vendor')));
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

    it('one call serves all who look for the same person and field at the same time', async () => {
      const adapter = vendor();
      const { dispatcher } = world.process('p', [adapter]);
      const identity = { linkedinUrl: 'https://www.linkedin.com/in/jane' };
      const plan = planOf('vendor');
      const [mine, theirs] = [
        { number: 1, plan, identity },
        { number: 2, plan, identity, orgId: 'org_b' as OrgId },
      ];
      await dispatcher.handle(await request(mine));
      await dispatcher.handle(await request(theirs));
      await calm();
      expect(adapter.calls).toHaveLength(1);
      adapter.answer(HIT);
      await calm();
      const [answer] = world.sentFor(enrichmentIdOf(2));
      expect(await valuesOf(answer?.sealed ?? null, answer?.keyId ?? null, 'org_b' as OrgId)).toBeDefined();
      expect(world.sender.sent).toHaveLength(2);
    });
  });

  describe('skips (WF-05)', () => {
    const skipOf = async (wanted: Wanted, adapters: readonly FakeAdapter[]) => {
      const { dispatcher } = world.process('p', adapters);
      await dispatcher.handle(await request(wanted));
      await calm();
      for (const adapter of adapters) expect(adapter.calls).toEqual([]);
      return world.sentFor(enrichmentIdOf(wanted.number)).map(({ outcome, reason }) => `${outcome} ${reason}`);
    };

    it('X-03 a test org never reaches a live vendor', async () => {
      expect(await skipOf({ ...asked(1, 'vendor'), orgId: TEST_ORG }, [vendor()])).toEqual(['skipped sandbox_only']);
    });

    it('X-03 a test org reaches the sandbox', async () => {
      const adapter = new FakeAdapter('sandbox', true, false);
      const { dispatcher } = world.process('p', [adapter]);
      adapter.replies.push(HIT);
      await dispatcher.handle(await request({ ...asked(1, 'sandbox'), orgId: TEST_ORG }));
      await calm();
      expect(world.sentFor(enrichmentIdOf(1))).toMatchObject([{ outcome: 'hit' }]);
    });

    it('a provider that is not configured', async () => {
      expect(await skipOf(asked(1, 'elsewhere'), [vendor()])).toEqual(['skipped not_configured']);
    });

    it('an identity that the vendor cannot look for', async () => {
      const adapter = vendor();
      adapter.accepted = false;
      expect(await skipOf(asked(1, 'vendor'), [adapter])).toEqual(['skipped identity_not_accepted']);
    });

    it('a field that the vendor does not have', async () => {
      expect(await skipOf({ ...asked(1, 'vendor'), field: 'signals' }, [vendor()])).toEqual([
        'skipped field_not_supported',
      ]);
    });

    it.each([
      [{ country: ['DE'] }, { country: 'fr' }],
      [{ country: ['DE'] }, {}],
      [{ hasDomain: true }, {}],
      [{ hasLinkedin: false }, {}],
    ])('a step whose conditions %j are unmet by %j', async (when, more) => {
      const plan = planOf('vendor');
      const steps = plan.steps.map((step) => ({ ...step, when }));
      const identity = { linkedinUrl: 'https://www.linkedin.com/in/jane', ...more };
      const wanted = { number: 1, plan: { ...plan, steps }, identity };
      expect(await skipOf(wanted, [vendor()])).toEqual(['skipped condition_unmet']);
    });

    it('an erased person', async () => {
      const batch = await request(asked(1, 'vendor'));
      const [event] = batch.events;
      if (event?.type === 'EnrichmentRequested') world.vault.destroy(event.orgId, event.data.keyId);
      const adapter = vendor();
      const { dispatcher } = world.process('p', [adapter]);
      await dispatcher.handle(batch);
      await calm();
      expect([adapter.calls.length, world.sender.sent[0]?.data.reason]).toEqual([0, 'person_erased']);
    });

    it('a hit for a person that was erased during the call is discarded', async () => {
      const batch = await request(asked(1, 'vendor'));
      const adapter = vendor();
      const { dispatcher } = world.process('p', [adapter]);
      await dispatcher.handle(batch);
      await calm();
      const [event] = batch.events;
      if (event?.type === 'EnrichmentRequested') world.vault.destroy(event.orgId, event.data.keyId);
      adapter.answer(HIT);
      await calm();
      expect(world.sender.sent[0]?.data).toMatchObject({
        outcome: 'skipped',
        reason: 'person_erased',
        sealed: null,
        cache: null,
      });
    });

    it('a vendor whose breaker is open, until a probe passes', async () => {
      const adapter = vendor('vendor', { concurrency: 1 });
      const { dispatcher } = world.process('p', [adapter]);
      await dispatcher.start();
      adapter.replies.push({ kind: 'out_of_credits' });
      await dispatcher.handle(await request(asked(1, 'vendor')));
      await calm();
      await dispatcher.handle(await request(asked(2, 'vendor')));
      await calm();
      await world.pass(300_000);
      adapter.replies.push(HIT);
      await dispatcher.handle(await request(asked(3, 'vendor')));
      await calm();
      expect(
        world.sender.sent
          .filter(({ data }, at, all) => all.findIndex((s) => s.data.enrichmentId === data.enrichmentId) === at)
          .map(({ data }) => data.reason),
      ).toEqual(['out_of_credits', 'breaker_open', null]);
    });
  });

  describe('the cross-org cache (CR-05)', () => {
    const cached = async () => {
      const [hash] = [world.vault.identityHash('linkedin', 'https://www.linkedin.com/in/person-1')];
      const keyId = (await world.vault.keysFor(CACHE_ORG, [hash])).get(hash);
      if (keyId === undefined || HIT.kind !== 'hit') throw new Error('no key');
      const sealed = await world.vault.seal(CACHE_ORG, keyId, 'values', HIT.values);
      world.known.entries = [{ cacheId: 'cache-1', keyId, sealed, verification: 'deliverable' }];
      return keyId;
    };

    it('a cached contact answers as step 0 and no vendor is called', async () => {
      await cached();
      const adapter = vendor();
      const { dispatcher } = world.process('p', [adapter]);
      await dispatcher.handle(await request(asked(1, 'vendor')));
      await calm();
      const [answer] = world.sentFor(enrichmentIdOf(1));
      expect(answer).toMatchObject({
        attempt: 1,
        step: 0,
        provider: 'cache',
        outcome: 'hit',
        cacheId: 'cache-1',
        cache: null,
      });
      expect(await valuesOf(answer?.sealed ?? null, answer?.keyId ?? null)).toEqual(HIT.kind === 'hit' && HIT.values);
      expect(adapter.calls).toEqual([]);
    });

    it('is asked once, for the first attempt only', async () => {
      const [first, second] = [vendor('first'), vendor('second')];
      const { dispatcher } = world.process('p', [first, second]);
      first.replies.push(MISS);
      const wanted = asked(1, 'first', 'second');
      await dispatcher.handle(await request(wanted));
      await calm();
      await dispatcher.handle(world.source.batch([world.source.responded(wanted, 1, 'next')]));
      await calm();
      expect(world.known.asked).toHaveLength(1);
    });

    it('an entry of an erased person does not count', async () => {
      world.vault.destroy(CACHE_ORG, await cached());
      const adapter = vendor();
      const { dispatcher } = world.process('p', [adapter]);
      await dispatcher.handle(await request(asked(1, 'vendor')));
      await calm();
      expect(adapter.calls).toHaveLength(1);
    });

    it.each([
      ['a test org', { orgId: TEST_ORG }],
      ['personal emails', { field: 'personal_emails' as const }],
    ])('is not read for %s', async (_, more) => {
      await cached();
      const { dispatcher } = world.process('p', [vendor()]);
      await dispatcher.handle(await request({ ...asked(1, 'vendor'), ...more }));
      await calm();
      expect(world.known.asked).toEqual([]);
    });

    it('is filled by a verified hit of a live vendor, under a key of its own', async () => {
      const adapter = vendor();
      const { dispatcher } = world.process('p', [adapter]);
      adapter.replies.push(HIT);
      const batch = await request(asked(1, 'vendor'));
      await dispatcher.handle(batch);
      await calm();
      const cache = world.sentFor(enrichmentIdOf(1))[0]?.cache;
      const [event] = batch.events;
      expect(cache?.identities).toEqual(event?.type === 'EnrichmentRequested' && event.data.identities);
      expect(await valuesOf(cache?.sealed ?? null, cache?.keyId ?? null, CACHE_ORG)).toMatchObject({
        emails: [{ value: 'jane@example.com' }],
      });
    });

    const personal = HIT.kind === 'hit' && {
      ...HIT,
      values: { emails: HIT.values.emails?.map((e) => ({ ...e, type: 'personal' as const })) ?? [] },
    };
    const unverified = HIT.kind === 'hit' && {
      ...HIT,
      values: { emails: HIT.values.emails?.map((e) => ({ ...e, status: 'catch_all' as const })) ?? [] },
    };
    it.each([
      ['a sandbox hit', new FakeAdapter('vendor', true, false), HIT, {}],
      ['a sandbox hit of a test org', new FakeAdapter('vendor', true, false), HIT, { orgId: TEST_ORG }],
      ['personal emails', vendor(), personal, { field: 'personal_emails' as const }],
      ['an unverified hit', vendor(), unverified, {}],
      ['a miss', vendor(), MISS, {}],
    ])('is not filled by %s', async (_, adapter, reply, more) => {
      const { dispatcher } = world.process('p', [adapter]);
      if (reply) adapter.replies.push(reply);
      await dispatcher.handle(await request({ ...asked(1, 'vendor'), ...more }));
      await calm();
      expect(world.sentFor(enrichmentIdOf(1))).toMatchObject([{ cache: null }]);
    });
  });

  describe('a stop', () => {
    it('gives back at once what was not begun, and waits for calls that are out', async () => {
      const adapter = vendor('vendor', { concurrency: 1 });
      const { dispatcher } = world.process('first', [adapter]);
      await dispatcher.start();
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
      await second.start();
      await world.pass(1_100);
      expect(other.calls.map(({ enrichmentId }) => enrichmentId)).toEqual([enrichmentIdOf(2)]);
    });
  });
});
