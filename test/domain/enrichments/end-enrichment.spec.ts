import type { EnrichmentOutcome } from '../../../src/domain/enrichments/enrichment.js';
import type { OrgId } from '../../../src/domain/kernel/ids.js';
import { given } from '../../support/given.js';
import { at, cancel, enrichmentId, expire, hit, NOW_MS, PLAN, response } from '../fixtures.js';
import { finished, granted, happened, recorded, requested } from '../history.js';
import { replay } from '../world.js';

const ada = enrichmentId('ada');
const pendingAda = [granted(10), recorded('ada'), ...requested('ada')];
const DEADLINE_MS = NOW_MS + 740_000;
const bestOfTwo = { ...PLAN, stop: 'best_of_n', n: 2 } as const;
const OUTCOMES: readonly EnrichmentOutcome[] = ['found', 'not_found', 'suppressed', 'failed', 'timed_out', 'cancelled'];

describe('OP-09 timing out', () => {
  it('happens at the deadline and releases everything', () => {
    const decided = given(pendingAda).when(expire(ada), DEADLINE_MS);
    const error = 'Enrichment exceeded the maximum processing time';
    decided.thenDecided([
      { type: 'CreditsReleased', data: { amount: 3, reason: 'timed_out', available: 10 } },
      { type: 'EnrichmentFinished', data: { outcome: 'timed_out', dataFound: null, error, captured: 0, released: 3 } },
    ]);
    decided.thenAnswered({
      result: {
        enrichment: {
          id: ada,
          status: 'timeout',
          error,
          dataFound: null,
          updatedAt: at(740_000),
          receipt: { reserved: 3, captured: 0, released: 3, fromCache: false, lines: [] },
        },
      },
    });
  });

  it('does not happen a millisecond before: it is answered as it is', () => {
    const decided = given(pendingAda).when(expire(ada), DEADLINE_MS - 1);
    decided.thenDecided([]);
    decided.thenAnswered({ result: { enrichment: { id: ada, status: 'pending', receipt: null } } });
  });

  it.each(OUTCOMES)('does not happen after %s', (outcome) =>
    given([...pendingAda, ...finished('ada', outcome)])
      .when(expire(ada), DEADLINE_MS)
      .thenDecided([]),
  );

  it('drops the candidate in hand: nothing is captured unless it ended as found', () => {
    const hitFirst = given([granted(10), recorded('ada'), ...requested('ada', { plan: bestOfTwo })]).when(
      response(ada, hit()),
    );
    const [responded] = hitFirst.events;
    const history = [...requested('ada', { plan: bestOfTwo }), happened('ProviderResponded', responded!.data as never)];
    given([granted(10), recorded('ada'), ...history])
      .when(expire(ada), DEADLINE_MS)
      .thenDecided([{ type: 'CreditsReleased', data: { amount: 3 } }, { data: { captured: 0, sealed: null } }]);
  });

  it.each([
    ['unknown', expire(enrichmentId('eve'))],
    ["another org's", expire(ada, { orgId: 'org_2' as OrgId })],
  ])('%s → NOT_FOUND', (_what, command) =>
    given(pendingAda)
      .when(command, DEADLINE_MS)
      .thenAnswered({ kind: 'refused', refusal: { code: 'NOT_FOUND', reason: 'unknown_enrichment' } }),
  );
});

describe('OP-21 cancelling', () => {
  it('ends a pending enrichment at once and releases everything', () => {
    const decided = given(pendingAda).when(cancel('ada'));
    decided.thenDecided([
      { type: 'CreditsReleased', data: { amount: 3, reason: 'cancelled', available: 10 } },
      {
        type: 'EnrichmentFinished',
        data: { outcome: 'cancelled', dataFound: null, error: 'Enrichment was cancelled' },
      },
      { type: 'CommandAnswered', data: { status: 'cancelled', references: [ada] } },
    ]);
    decided.thenAnswered({ result: { enrichment: { id: ada, status: 'cancelled', receipt: { released: 3 } } } });
  });

  it.each(OUTCOMES)('after %s is a conflict that shows the object', (outcome) => {
    const decided = given([...pendingAda, ...finished('ada', outcome)]).when(cancel('ada'));
    const refusal = { code: 'CONFLICT', reason: 'not_pending', details: { enrichment: { id: ada } } };
    decided.thenAnswered({ kind: 'refused', refusal });
    decided.thenDecided([{ type: 'CommandRefused', data: refusal }]);
  });

  it.each([
    ['nobody', cancel('eve')],
    ['another field', cancel('ada', { field: 'phones' })],
    ['other options', cancel('ada', { optionsHash: 'other' })],
    ['another org', cancel('ada', {}, { orgId: 'org_2' as OrgId })],
  ])('of %s → NOT_FOUND', (_what, command) =>
    given(pendingAda)
      .when(command)
      .thenAnswered({ kind: 'refused', refusal: { code: 'NOT_FOUND' } }),
  );
});

describe('how an end is shown', () => {
  it.each([
    ['found', 'finished'],
    ['not_found', 'finished'],
    ['suppressed', 'finished'],
    ['failed', 'failed'],
    ['timed_out', 'timeout'],
    ['cancelled', 'cancelled'],
  ] as const)('%s is %s', (outcome, status) => {
    const state = replay([...pendingAda, ...finished('ada', outcome)]);
    expect(state.get(`enrichment/${ada}`)).toMatchObject({ outcome, status, pending: null });
  });

  it('a log that ends an enrichment twice is corrupt', () => {
    const twice = [...pendingAda, ...finished('ada', 'found'), ...finished('ada', 'found')];
    expect(() => replay(twice)).toThrow('has ended already');
    expect(() => replay(finished('ada', 'found'))).toThrow('was never requested');
  });
});
