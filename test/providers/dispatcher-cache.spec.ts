import { CACHE_ORG } from '../../src/vault/vault.js';
import { enrichmentIdOf } from './support/enrichments.js';
import { Installation, asked, vendor, TEST_ORG, calm, FakeAdapter, HIT, MISS } from './support/installation.js';

describe('dispatcher', () => {
  let world: Installation;
  beforeEach(() => {
    world = new Installation();
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
      await dispatcher.handle(await world.request(asked(1, 'vendor')));
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
      expect(await world.valuesOf(answer?.sealed ?? null, answer?.keyId ?? null)).toEqual(
        HIT.kind === 'hit' && HIT.values,
      );
      expect(adapter.calls).toEqual([]);
    });

    it('is asked once, for the first attempt only', async () => {
      const [first, second] = [vendor('first'), vendor('second')];
      const { dispatcher } = world.process('p', [first, second]);
      first.replies.push(MISS);
      const wanted = asked(1, 'first', 'second');
      await dispatcher.handle(await world.request(wanted));
      await calm();
      await dispatcher.handle(world.source.batch([world.source.responded(wanted, 1, 'next')]));
      await calm();
      expect(world.known.asked).toHaveLength(1);
    });

    it('an entry of an erased person does not count', async () => {
      world.vault.destroy(CACHE_ORG, await cached());
      const adapter = vendor();
      const { dispatcher } = world.process('p', [adapter]);
      await dispatcher.handle(await world.request(asked(1, 'vendor')));
      await calm();
      expect(adapter.calls).toHaveLength(1);
    });

    it.each([
      ['a test org', { orgId: TEST_ORG }],
      ['personal emails', { field: 'personal_emails' as const }],
    ])('is not read for %s', async (_, more) => {
      await cached();
      const { dispatcher } = world.process('p', [vendor()]);
      await dispatcher.handle(await world.request({ ...asked(1, 'vendor'), ...more }));
      await calm();
      expect(world.known.asked).toEqual([]);
    });

    it('is filled by a verified hit of a live vendor, under a key of its own', async () => {
      const adapter = vendor();
      const { dispatcher } = world.process('p', [adapter]);
      adapter.replies.push(HIT);
      const batch = await world.request(asked(1, 'vendor'));
      await dispatcher.handle(batch);
      await calm();
      const cache = world.sentFor(enrichmentIdOf(1))[0]?.cache;
      const [event] = batch.events;
      expect(cache?.identities).toEqual(event?.type === 'EnrichmentRequested' && event.data.identities);
      expect(await world.valuesOf(cache?.sealed ?? null, cache?.keyId ?? null, CACHE_ORG)).toMatchObject({
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
      await dispatcher.handle(await world.request({ ...asked(1, 'vendor'), ...more }));
      await calm();
      expect(world.sentFor(enrichmentIdOf(1))).toMatchObject([{ cache: null }]);
    });
  });
});
