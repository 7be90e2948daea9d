import type { OrgId } from '../../../src/domain/kernel/ids.js';
import { streams } from '../../../src/domain/streams.js';
import { given } from '../../support/given.js';
import {
  cancel,
  enrichmentId,
  grant,
  hit,
  keyId,
  NOW_MS,
  PLAN,
  record,
  request,
  response,
  sealed,
} from '../fixtures.js';
import { finished, granted, recorded, requested } from '../history.js';
import { World } from '../world.js';

const ada = enrichmentId('ada');
const pendingAda = [granted(10), recorded('ada'), ...requested('ada')];
const DEADLINE_MS = NOW_MS + 740_000;
const second = { attempt: 2, step: 2, provider: 'deep' };

describe('the open attempt is answered', () => {
  it('a miss opens the next step and moves no credits', () =>
    given(pendingAda)
      .when(response(ada))
      .thenDecided([{ type: 'ProviderResponded', subject: `enrichment/${ada}`, data: { late: false, next: second } }]));

  it('CR-03 a verified hit captures the price of its step and releases the rest', () => {
    const decided = given(pendingAda).when(response(ada, hit('deliverable', 'found')));
    const transactionId = expect.stringMatching(/^[0-9a-f-]{36}$/);
    decided.thenDecided([
      { type: 'ProviderResponded', data: { late: false, next: null, sealed: sealed('found') } },
      {
        type: 'CreditsCaptured',
        data: { enrichmentId: ada, reservationId: 'reservation-ada', transactionId, amount: 1, provider: 'fast' },
      },
      { type: 'CreditsReleased', data: { enrichmentId: ada, amount: 2, reason: 'found_cheaper', available: 9 } },
      {
        type: 'EnrichmentFinished',
        data: {
          outcome: 'found',
          dataFound: true,
          error: null,
          captured: 1,
          released: 2,
          transactionId,
          fromCache: null,
          verification: 'deliverable',
          keyId: keyId('ada'),
          sealed: sealed('found'),
        },
      },
    ]);
    decided.thenAnswered({ kind: 'answered', result: {}, replayed: false });
  });

  it('releases nothing when the dearest step found', () => {
    const world = new World();
    world.send(grant(10));
    world.send(record({ personId: 'person-ada' as never }));
    world.send(request(['ada'], { plan: { ...PLAN, steps: PLAN.steps.slice(2), cachePrice: 3 } }));
    const [id] = world.enrichmentIds();
    const { events } = world.send(response(id!, { ...hit(), provider: 'slow' }));
    expect(events.map(({ type }) => type)).toEqual(['ProviderResponded', 'CreditsCaptured', 'EnrichmentFinished']);
  });

  it('CR-05 a cache hit answers attempt 1 with step 0, at the price of the cache', () =>
    given(pendingAda)
      .when(response(ada, { ...hit(), step: 0, provider: 'cache', cacheId: 'cache-1' }))
      .thenDecided([
        { data: { step: 0, next: null } },
        { type: 'CreditsCaptured', data: { amount: 1, provider: 'cache' } },
        { type: 'CreditsReleased', data: { amount: 2 } },
        { type: 'EnrichmentFinished', data: { fromCache: 'cache-1', captured: 1 } },
      ]));

  it.each([
    ['misses', 'miss', 'not_found', { dataFound: false, error: null }],
    ['errors', 'error', 'failed', { dataFound: null, error: 'No provider could answer' }],
    ['skipped steps', 'skipped', 'failed', { dataFound: null, error: 'No provider could answer' }],
  ] as const)('CR-04 nothing but %s releases everything', (_what, outcome, end, shown) => {
    const world = requestedIn();
    const [id] = world.enrichmentIds();
    PLAN.steps.slice(0, 2).forEach(({ provider }, index) => {
      world.send(response(id!, { attempt: index + 1, step: index + 1, provider, outcome }));
    });
    const { events } = world.send(response(id!, { attempt: 3, step: 3, provider: 'slow', outcome }));
    expect(events).toMatchObject([
      { type: 'ProviderResponded', data: { next: null } },
      { type: 'CreditsReleased', data: { amount: 3, reason: end, available: 10 } },
      { type: 'EnrichmentFinished', data: { outcome: end, ...shown, captured: 0, released: 3, transactionId: null } },
    ]);
  });
});

const requestedIn = (plan = PLAN): World => {
  const world = new World();
  world.send(grant(10));
  world.send(record({ personId: 'person-ada' as never }));
  world.send(request(['ada'], { plan }));
  return world;
};

describe('CR-08 the receipt', () => {
  it('has one line per answer; only the one that won costs', () => {
    const world = requestedIn({ ...PLAN, stop: 'best_of_n', n: 2 });
    const [id] = world.enrichmentIds();
    world.send(response(id!, hit('probable')));
    world.send(response(id!, { ...second, outcome: 'error' }));
    world.wait(5);
    world.send(response(id!, { attempt: 3, step: 3, provider: 'slow', ...hit('deliverable') }));
    const enrichment = world.state.get(streams.enrichment(id!));
    expect(enrichment).toMatchObject({ status: 'finished', captured: 3, released: 0, pending: null });
    expect(enrichment?.lines).toEqual([
      { provider: 'fast', step: 1, outcome: 'hit', price: 0 },
      { provider: 'deep', step: 2, outcome: 'error', price: 0 },
      { provider: 'slow', step: 3, outcome: 'hit', price: 3 },
    ]);
    expect(Date.parse(enrichment!.updatedAt)).toBe(Date.parse(enrichment!.createdAt) + 5);
  });

  it('best_of_n charges the step of the best value, not of the last', () => {
    const world = requestedIn({ ...PLAN, stop: 'best_of_n', n: 2 });
    const [id] = world.enrichmentIds();
    world.send(response(id!, hit('deliverable', 'best')));
    const { events } = world.send(response(id!, { ...second, ...hit('probable', 'worse') }));
    expect(events).toMatchObject([
      {},
      { type: 'CreditsCaptured', data: { amount: 1, provider: 'fast' } },
      { type: 'CreditsReleased', data: { amount: 2 } },
      { type: 'EnrichmentFinished', data: { sealed: sealed('best'), verification: 'deliverable' } },
    ]);
    expect(world.state.get(streams.enrichment(id!))?.lines.map(({ price }) => price)).toEqual([1, 0]);
  });
});

describe('an answer that is not awaited', () => {
  const cache = { cacheId: 'cache-9', identities: [], keyId: keyId('cache'), sealed: sealed('cache') };

  it.each([
    ['another attempt', { attempt: 2 }],
    ['another step', { step: 2 }],
    ['another provider', { provider: 'deep' }],
  ])('for %s is late: kept, but it changes nothing', (_what, other) => {
    const { events } = given(pendingAda).when(response(ada, { ...hit(), ...other }));
    expect(events).toMatchObject([{ type: 'ProviderResponded', data: { late: true, next: null } }]);
  });

  it('CR-05 of the cache counts for attempt 1 only', () => {
    const world = requestedIn();
    const [id] = world.enrichmentIds();
    world.send(response(id!));
    const { events } = world.send(
      response(id!, { ...hit(), attempt: 2, step: 0, provider: 'cache', cacheId: 'cache-1' }),
    );
    expect(events).toMatchObject([{ type: 'ProviderResponded', data: { late: true, next: null } }]);
  });

  it.each(['timed_out', 'cancelled'] as const)('comes after %s: it may fill the cache, never charges', (outcome) => {
    const decided = given([...pendingAda, ...finished('ada', outcome)]).when(response(ada, { ...hit(), cache }));
    decided.thenDecided([{ type: 'ProviderResponded', data: { late: true, next: null, cache } }]);
  });

  it('changes no enrichment and no account when it is folded', () => {
    const world = requestedIn();
    const [id] = world.enrichmentIds();
    world.send(cancel('ada'));
    const before = [world.account(), world.state.get(streams.enrichment(id!))];
    world.send(response(id!, hit()));
    expect([world.account(), world.state.get(streams.enrichment(id!))]).toEqual(before);
  });

  it('is logged once, however often it is sent', () => {
    const world = requestedIn();
    const [id] = world.enrichmentIds();
    world.send(cancel('ada'));
    const late = response(id!, hit());
    expect(world.send(late).events).toHaveLength(1);
    expect(world.send(late)).toEqual({
      events: [],
      changes: [],
      answer: { kind: 'answered', result: {}, replayed: true },
    });
  });

  it('was answered before: nothing happens, also long after', () => {
    const world = requestedIn();
    const [id] = world.enrichmentIds();
    const first = response(id!);
    world.send(first);
    world.wait(500_000);
    expect(world.send(first).events).toEqual([]);
    expect(world.send({ ...first, id: 'another' as never }).events).toEqual([]);
  });

  it('OP-09 comes behind the deadline: the enrichment is timed out before it', () =>
    given(pendingAda)
      .when(response(ada, hit()), DEADLINE_MS)
      .thenDecided([
        { type: 'CreditsReleased', data: { amount: 3, reason: 'timed_out' } },
        { type: 'EnrichmentFinished', data: { outcome: 'timed_out', captured: 0, released: 3 } },
        { type: 'ProviderResponded', data: { late: true, next: null } },
      ]));

  it('counts to the last millisecond before the deadline', () =>
    given(pendingAda)
      .when(response(ada, hit()), DEADLINE_MS - 1)
      .thenDecided([{ data: { late: false } }, {}, {}, { data: { outcome: 'found' } }]));
});

describe('an enrichment that is not there', () => {
  it.each([
    ['was never requested', response(enrichmentId('eve'))],
    ['belongs to another org', response(ada, {}, { orgId: 'org_2' as OrgId })],
  ])('%s: NOT_FOUND', (_what, command) => {
    const decided = given(pendingAda).when(command);
    decided.thenAnswered({ kind: 'refused', refusal: { code: 'NOT_FOUND', reason: 'unknown_enrichment' } });
    decided.thenDecided([{ type: 'CommandRefused' }]);
  });
});
