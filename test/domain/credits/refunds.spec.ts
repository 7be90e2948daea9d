import type { AppliedEvent } from '../../../src/domain/evolve.js';
import type { EnrichmentView } from '../../../src/domain/enrichments/enrichment-view.js';
import type { EnrichmentId, GrantId, OrgId, TransactionId } from '../../../src/domain/kernel/ids.js';
import { given } from '../../support/given.js';
import { at, enrichmentId, grant, hit, NOW_MS, record, refund, request, response } from '../fixtures.js';
import { finished, granted, happened, recorded, requested, share } from '../history.js';
import { World } from '../world.js';

interface Reused {
  readonly result: { readonly enrichments: readonly EnrichmentView[] };
}

const ADA = enrichmentId('ada');
const known = [granted(9), recorded('ada'), ...requested('ada')];
/** It cost 3 of the 9. */
const found = [...known, ...finished('ada', 'found')];
const UUID = expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab]/);

const refunded: AppliedEvent = happened('CreditsRefunded', {
  entry: 4,
  prevHash: 'before',
  hash: 'after',
  grants: [share('refund', 2)],
  available: 8,
  transactionId: 'grant-refund' as TransactionId,
  enrichmentId: ADA,
  amount: 2,
  reasonCode: 'goodwill',
  by: 'key:operator',
  note: refund(ADA).data.note,
});

describe('CR-12 refunding an enrichment', () => {
  it('gives back all that it cost, as a grant without expiry named by the transaction', () => {
    const decided = given(found).when(refund(ADA));
    const [event] = decided.events;
    decided.thenDecided([
      {
        type: 'CreditsRefunded',
        subject: 'account/org_1',
        data: { transactionId: UUID, enrichmentId: ADA, amount: 3, reasonCode: 'goodwill', by: 'key:operator' },
      },
      { type: 'CommandAnswered', data: { status: 'refunded' } },
    ]);
    const { transactionId, grants, available } = event!.data as Extract<
      AppliedEvent,
      { type: 'CreditsRefunded' }
    >['data'];
    expect(grants).toEqual([{ grantId: transactionId, delta: 3 }]);
    expect(available).toBe(9);
    decided.thenAnswered({ kind: 'answered', result: { transactionId, amount: 3, balance: 9, available: 9 } });
  });

  it('gives back a part when that was asked for', () =>
    given(found)
      .when(refund(ADA, { amount: 1 }))
      .thenDecided([{ data: { amount: 1, available: 7 } }, {}]));

  it('CR-06 expires what is due before', () =>
    given([granted(5, 'b', { expiresAt: at(1_000) }), ...found])
      .when(refund(ADA, {}, { sentAtMs: NOW_MS + 1_000 }))
      .thenDecided([
        { type: 'CreditsExpired', data: { grantId: 'grant-b' } },
        { type: 'CreditsRefunded', data: { available: 9 } },
        {},
      ]));

  it.each<[string, readonly AppliedEvent[], ReturnType<typeof refund>, object]>([
    [
      'without a key (X-07)',
      found,
      refund(ADA, {}, { keyed: false }),
      { code: 'VALIDATION_ERROR', reason: 'idempotency_key_required' },
    ],
    ['an unknown enrichment', known, refund(enrichmentId('bob')), { code: 'NOT_FOUND', reason: 'unknown_enrichment' }],
    [
      'an enrichment of another org',
      found,
      refund(ADA, {}, { orgId: 'org_2' as OrgId }),
      { code: 'NOT_FOUND', reason: 'unknown_enrichment' },
    ],
    ['one that is pending', known, refund(ADA), { code: 'CONFLICT', reason: 'still_pending' }],
    [
      'one that cost nothing',
      [...known, ...finished('ada', 'not_found')],
      refund(ADA),
      { code: 'CONFLICT', reason: 'nothing_captured' },
    ],
    [
      'more than it cost',
      found,
      refund(ADA, { amount: 4 }),
      { code: 'CONFLICT', reason: 'more_than_captured', details: { captured: 3, amount: 4 } },
    ],
    ['nothing', found, refund(ADA, { amount: 0 }), { code: 'VALIDATION_ERROR', reason: 'invalid_amount' }],
    ['less than nothing', found, refund(ADA, { amount: -1 }), { code: 'VALIDATION_ERROR', reason: 'invalid_amount' }],
    [
      'it twice, though a part is left',
      [...found, refunded],
      refund(ADA, { amount: 1 }),
      { code: 'CONFLICT', reason: 'already_refunded', details: { transactionId: 'grant-refund', amount: 2 } },
    ],
  ])('refuses %s', (_what, history, command, refusal) => {
    const decided = given(history).when(command);
    decided.thenAnswered({ kind: 'refused', refusal });
    expect(decided.events.map(({ type }) => type)).toEqual(['CommandRefused']);
  });

  it('is answered again under its key, with what is available now', () => {
    const world = new World();
    world.send(grant(9));
    world.send(record());
    const personId = world.log.flatMap((event) => (event.type === 'PersonRecorded' ? event.data.personId : []));
    world.send(request([], { personIds: personId }));
    const id = world.enrichmentIds()[0] as EnrichmentId;
    world.send(response(id, hit()));
    const command = refund(id);
    const first = world.send(command);
    world.send(grant(5));
    const again = world.send({ ...command, sentAtMs: world.nowMs });
    expect(again).toMatchObject({ events: [], changes: [], answer: { kind: 'answered', replayed: true } });
    const { transactionId } = (first.answer as unknown as { result: { transactionId: GrantId } }).result;
    expect(again.answer).toMatchObject({ result: { transactionId, amount: 1, balance: 14, available: 14 } });
  });

  it('CR-08 stands on the receipt, beside what was captured, and changes the enrichment', () => {
    const before = given(found).when(request(['ada'])).answer as Reused;
    const after = given([...found, { ...refunded, time: at(5_000) }]).when(request(['ada'])).answer as Reused;
    const [was, is] = [before.result.enrichments[0], after.result.enrichments[0]];
    expect([was?.receipt?.captured, was?.receipt?.refunded]).toEqual([3, 0]);
    expect(is).toEqual({ ...was, updatedAt: at(5_000), receipt: { ...was?.receipt, refunded: 2 } });
  });

  it('burns like any grant', () => {
    const [, reserved] = given([...found, refunded]).when(request(['ada'], { field: 'phones' })).events;
    expect(reserved?.data).toMatchObject({ grants: [share('a', -3)] });
  });
});
