import { enrichmentIdOf, planOf, type Wanted } from './support/enrichments.js';
import { Installation, asked, vendor, TEST_ORG, calm, FakeAdapter, HIT } from './support/installation.js';

describe('dispatcher', () => {
  let world: Installation;
  beforeEach(() => {
    world = new Installation();
  });

  describe('skips (WF-05)', () => {
    const skipOf = async (wanted: Wanted, adapters: readonly FakeAdapter[]) => {
      const { dispatcher } = world.process('p', adapters);
      await dispatcher.handle(await world.request(wanted));
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
      await dispatcher.handle(await world.request({ ...asked(1, 'sandbox'), orgId: TEST_ORG }));
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
      const batch = await world.request(asked(1, 'vendor'));
      const [event] = batch.events;
      if (event?.type === 'EnrichmentRequested') world.vault.destroy(event.orgId, event.data.keyId);
      const adapter = vendor();
      const { dispatcher } = world.process('p', [adapter]);
      await dispatcher.handle(batch);
      await calm();
      expect([adapter.calls.length, world.sender.sent[0]?.data.reason]).toEqual([0, 'person_erased']);
    });

    it('a hit for a person that was erased during the call is discarded', async () => {
      const batch = await world.request(asked(1, 'vendor'));
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
      dispatcher.start();
      adapter.replies.push({ kind: 'out_of_credits' });
      await dispatcher.handle(await world.request(asked(1, 'vendor')));
      await calm();
      await dispatcher.handle(await world.request(asked(2, 'vendor')));
      await calm();
      await world.pass(300_000);
      adapter.replies.push(HIT);
      await dispatcher.handle(await world.request(asked(3, 'vendor')));
      await calm();
      expect(
        world.sender.sent
          .filter(({ data }, at, all) => all.findIndex((s) => s.data.enrichmentId === data.enrichmentId) === at)
          .map(({ data }) => data.reason),
      ).toEqual(['out_of_credits', 'breaker_open', null]);
    });
  });
});
