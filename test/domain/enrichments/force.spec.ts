import type { EnrichmentOutcome } from '../../../src/domain/enrichments/enrichment.js';
import { given } from '../../support/given.js';
import { at, enrichmentId, NOW_MS, request } from '../fixtures.js';
import { finished, granted, recorded, requested } from '../history.js';

const people = [granted(100), recorded('ada'), recorded('bob')];
const pending = [...people, ...requested('ada')];
const KEYED = { keyed: true, fingerprint: 'f' } as const;
const forced = (names: readonly string[]) => request(names, { force: true }, KEYED);

describe('OP-05 force', () => {
  it.each<EnrichmentOutcome>(['found', 'not_found'])('makes a new one after %s, at the usual price', (outcome) => {
    const decided = given([...pending, ...finished('ada', outcome)]).when(forced(['ada']));
    decided.thenDecided([
      { type: 'EnrichmentRequested', data: { supersedes: enrichmentId('ada'), reservedPrice: 3 } },
      { type: 'CreditsReserved', data: { amount: 3 } },
      { type: 'CommandAnswered', data: { status: 'accepted' } },
    ]);
    decided.thenAnswered({ result: { created: 1, reserved: 3, enrichments: [{ status: 'pending' }] } });
  });

  it('never makes one while one is pending', () => {
    const decided = given(pending).when(forced(['ada']));
    decided.thenDecided([{ type: 'CommandAnswered', data: { status: 'reused' } }]);
    decided.thenAnswered({ result: { created: 0, reserved: 0, enrichments: [{ id: enrichmentId('ada') }] } });
  });

  it('meets a pending one that is overdue as every request does', () =>
    given([...people, ...requested('ada', { deadlineAt: at(-1) })])
      .when(forced(['ada']), NOW_MS)
      .thenAnswered({ result: { created: 1 } }));

  it('is refused without a key, and without a look at who is meant (X-01, X-07)', () => {
    const decided = given(people).when(request(['eve'], { force: true }));
    decided.thenAnswered({ refusal: { code: 'VALIDATION_ERROR', reason: 'idempotency_key_required' } });
    expect(decided.events.map(({ type }) => type)).toEqual(['CommandRefused']);
  });

  it('needs the credits, like any other', () =>
    given([granted(3), recorded('ada'), ...requested('ada'), ...finished('ada', 'found')])
      .when(forced(['ada']))
      .thenAnswered({ refusal: { code: 'INSUFFICIENT_CREDITS' } }));
});
