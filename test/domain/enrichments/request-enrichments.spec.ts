import { given } from '../../support/given.js';
import { at, cancel, enrichmentId, expire, hit, NOW_MS, personId, PLAN, request, response } from '../fixtures.js';
import { granted, happened, recorded, requested } from '../history.js';

const ada = [granted(10), recorded('ada')];
const pendingAda = [...ada, ...requested('ada')];

describe('requesting enrichments', () => {
  it('CR-02 reserves the dearest path and opens the first attempt', () => {
    const decided = given(ada).when(request(['ada']));
    decided.thenDecided([
      {
        type: 'EnrichmentRequested',
        data: {
          personId: personId('ada'),
          reservedPrice: 3,
          next: { attempt: 1, step: 1, provider: 'fast' },
          deadlineAt: at(800_000),
          supersedes: null,
        },
      },
      {
        type: 'CreditsReserved',
        subject: 'account/org_1',
        data: { amount: 3, available: 7, entry: 2, keyRef: 'user_1' },
      },
    ]);
    decided.thenAnswered({ kind: 'answered', replayed: false, result: { created: 1, reserved: 3, available: 7 } });
  });

  it('OP-04 answers a pending one again, reserving nothing', () => {
    const decided = given(pendingAda).when(request(['ada']));
    decided.thenDecided([{ type: 'CommandAnswered', data: { status: 'reused', references: [enrichmentId('ada')] } }]);
    decided.thenAnswered({ result: { created: 0, reserved: 0, available: 7 } });
  });
});

describe('a provider answers', () => {
  it('CR-03 captures the price of the step that found, releases the rest', () =>
    given(pendingAda)
      .when(response(enrichmentId('ada'), hit()))
      .thenDecided([
        { type: 'ProviderResponded', data: { late: false, next: null } },
        { type: 'CreditsCaptured', data: { amount: 1 } },
        { type: 'CreditsReleased', data: { amount: 2, reason: 'found_cheaper', available: 9 } },
        { type: 'EnrichmentFinished', data: { outcome: 'found', captured: 1, released: 2 } },
      ]));
  it('cancel and expire', () => {
    given(pendingAda)
      .when(cancel('ada'))
      .thenDecided([{ type: 'CreditsReleased' }, { type: 'EnrichmentFinished' }, { type: 'CommandAnswered' }]);
    given(pendingAda)
      .when(expire(enrichmentId('ada')))
      .thenDecided([]);
    given(pendingAda)
      .when(expire(enrichmentId('ada')), NOW_MS + 740_000)
      .thenDecided([{ type: 'CreditsReleased' }, { type: 'EnrichmentFinished' }]);
    expect([happened, PLAN]).toBeTruthy();
  });
});
