import type { EnrichmentOutcome } from '../../../src/domain/enrichments/enrichment.js';
import type { EnrichmentId, OrgId } from '../../../src/domain/kernel/ids.js';
import { PERSONS_MAX } from '../../../src/domain/enrichments/weigh-request.js';
import type { AppliedEvent } from '../../../src/domain/evolve.js';
import { given } from '../../support/given.js';
import { at, enrichmentId, hashOfKey, keyId, NOW_MS, personId, PLAN, request, sealed, step } from '../fixtures.js';
import { finished, granted, recorded, requested, withErased } from '../history.js';

const people = [granted(10), recorded('ada'), recorded('bob')];
const pendingAda = [...people, ...requested('ada')];
const answeredAda = (outcome: EnrichmentOutcome): readonly AppliedEvent[] => [
  ...pendingAda,
  ...finished('ada', outcome),
];
/** requested('ada') has this deadline. */
const DEADLINE_MS = NOW_MS + 740_000;

describe('OP-02 a new enrichment', () => {
  const decided = () => given(people).when(request(['ada']));

  it('carries all that a lookup needs', () =>
    decided().thenDecided([
      {
        type: 'EnrichmentRequested',
        data: {
          personId: personId('ada'),
          field: 'emails',
          options: {},
          optionsHash: 'default',
          operationType: 'enrichment_email',
          createdBy: 'user_1',
          dialect: 'operations',
          keyId: keyId('ada'),
          identities: [hashOfKey('ada')],
          sealed: sealed('ada'),
          plan: PLAN,
          next: { attempt: 1, step: 1, provider: 'fast' },
          reservedPrice: 3,
          priceListVersion: 'prices-1',
          deadlineAt: at(800_000),
          supersedes: null,
        },
      },
      { type: 'CreditsReserved', data: { amount: 3, available: 7, keyRef: 'user_1' } },
    ]));

  it('is answered pending, with its reservation', () => {
    const { answer, events } = decided();
    const [reservationId] = events.flatMap(({ type, data }) => (type === 'CreditsReserved' ? data.reservationId : []));
    expect(answer).toMatchObject({
      kind: 'answered',
      replayed: false,
      result: {
        created: 1,
        reserved: 3,
        available: 7,
        enrichments: [
          {
            personId: personId('ada'),
            status: 'pending',
            error: null,
            dataFound: null,
            createdAt: at(0),
            updatedAt: at(0),
            creditReservationId: reservationId,
            creditTransactionId: null,
            globalEnrichmentId: null,
            receipt: null,
          },
        ],
      },
    });
  });

  it.each([
    ['phones', 'enrichment_phone'],
    ['personal_emails', 'enrichment_personal_email'],
    ['signals', 'enrichment_signals'],
  ] as const)('CR-01 for %s is an %s', (field, operationType) =>
    given(people)
      .when(request(['ada'], { field }))
      .thenDecided([{ data: { field, operationType } }, {}]),
  );

  it('costs nothing when nothing has a price, and still has its reservation', () =>
    given([recorded('ada')])
      .when(request(['ada'], { plan: { ...PLAN, steps: [step('free', 0)], cachePrice: 0 } }))
      .thenDecided([{ data: { reservedPrice: 0 } }, { type: 'CreditsReserved', data: { amount: 0, grants: [] } }]));
});

describe('OP-04 reuse', () => {
  it.each([
    ['pending', pendingAda] as const,
    ...(['found', 'not_found', 'suppressed'] as const).map((outcome) => [outcome, answeredAda(outcome)] as const),
  ])('a %s enrichment is answered again, nothing is reserved', (_status, history) => {
    const decided = given(history).when(request(['ada']));
    decided.thenDecided([{ type: 'CommandAnswered', data: { status: 'reused', references: [enrichmentId('ada')] } }]);
    decided.thenAnswered({ result: { created: 0, reserved: 0, enrichments: [{ id: enrichmentId('ada') }] } });
  });

  it.each(['failed', 'timed_out', 'cancelled'] as const)('after %s comes a new one that names the old', (outcome) =>
    given(answeredAda(outcome))
      .when(request(['ada']))
      .thenDecided([
        { type: 'EnrichmentRequested', data: { supersedes: enrichmentId('ada') } },
        { type: 'CreditsReserved' },
      ]),
  );

  it.each([{ field: 'phones' }, { optionsHash: 'other' }] as const)('%j is another enrichment', (other) =>
    given(pendingAda)
      .when(request(['ada'], other))
      .thenDecided([{ type: 'EnrichmentRequested', data: { supersedes: null } }, { type: 'CreditsReserved' }]),
  );

  it('OP-12 works at balance 0', () =>
    given([granted(3), recorded('ada'), ...requested('ada')])
      .when(request(['ada']))
      .thenAnswered({ kind: 'answered', result: { created: 0, available: 0 } }));

  it('OP-09 an overdue one is timed out and a new one made, in one decision', () => {
    const decided = given(pendingAda).when(request(['ada'], {}, { sentAtMs: DEADLINE_MS }));
    decided.thenDecided([
      { type: 'CreditsReleased', data: { enrichmentId: enrichmentId('ada'), amount: 3, reason: 'timed_out' } },
      { type: 'EnrichmentFinished', data: { enrichmentId: enrichmentId('ada'), outcome: 'timed_out' } },
      { type: 'EnrichmentRequested', data: { supersedes: enrichmentId('ada') } },
      { type: 'CreditsReserved', data: { available: 7 } },
    ]);
    given(pendingAda)
      .when(request(['ada'], {}, { sentAtMs: DEADLINE_MS - 1 }))
      .thenAnswered({ result: { created: 0 } });
  });

  it('OP-09 may spend what the overdue one had reserved', () =>
    given([granted(3), recorded('ada'), ...requested('ada')])
      .when(request(['ada'], {}, { sentAtMs: DEADLINE_MS }))
      .thenAnswered({ result: { created: 1, reserved: 3, available: 0 } }));
});

describe('several people in one command', () => {
  it('OP-11 answers in the order asked, reused and new mixed', () => {
    const { answer, events } = given(pendingAda).when(request(['bob', 'ada']));
    expect(events.map(({ type }) => type)).toEqual(['EnrichmentRequested', 'CreditsReserved', 'CommandAnswered']);
    expect(answer).toMatchObject({
      result: { created: 1, reserved: 3, enrichments: [{ personId: personId('bob') }, { id: enrichmentId('ada') }] },
    });
  });

  it('makes one EnrichmentRequested per person, then one CreditsReserved that names them all', () => {
    const { events } = given(people).when(request(['ada', 'bob']));
    const ids = events.flatMap((event) => (event.type === 'EnrichmentRequested' ? event.data.enrichmentId : []));
    expect(new Set(ids).size).toBe(2);
    expect(events).toMatchObject([
      { type: 'EnrichmentRequested' },
      { type: 'EnrichmentRequested' },
      { type: 'CreditsReserved', data: { amount: 6, enrichments: ids.map((id) => ({ enrichmentId: id, amount: 3 })) } },
    ]);
  });

  it('OP-12 is all or nothing: short credits create nothing', () => {
    const decided = given([granted(5), recorded('ada'), recorded('bob')]).when(request(['ada', 'bob']));
    const details = { required: 6, available: 5, shortfall: 1 };
    decided.thenDecided([{ type: 'CommandRefused', data: { code: 'INSUFFICIENT_CREDITS', details } }]);
    decided.thenAnswered({ kind: 'refused', refusal: { code: 'INSUFFICIENT_CREDITS', details } });
  });

  it('OP-12 needs credits for the new ones only', () =>
    given([granted(6), recorded('ada'), recorded('bob'), ...requested('ada')])
      .when(request(['ada', 'bob']))
      .thenAnswered({ result: { created: 1, reserved: 3, available: 0 } }));

  it('a refusal times nothing out either', () =>
    given([granted(3), recorded('ada'), recorded('bob'), ...requested('ada')])
      .when(request(['ada', 'bob'], {}, { sentAtMs: DEADLINE_MS }))
      .thenDecided([{ type: 'CommandRefused', data: { details: { required: 6, available: 3, shortfall: 3 } } }]));

  it('ids come from the command: the same command makes the same, another one others', () => {
    const command = request(['ada', 'bob']);
    const idsOf = (asked: typeof command) =>
      given(people)
        .when(asked)
        .events.map(({ subject }) => subject);
    expect(idsOf(command)).toEqual(idsOf({ ...command }));
    expect(idsOf(command)[0]).not.toEqual(idsOf(request(['ada', 'bob']))[0]);
  });
});

describe('refusals', () => {
  const many = Array.from({ length: PERSONS_MAX + 1 }, (_, index) => String(index));

  it.each([
    ['nobody', request([]), 'empty_selection'],
    ['more than 1,000', request(many), 'too_many_ids'],
    ['somebody twice', request(['ada', 'ada']), 'duplicate_ids'],
    ['a waterfall without steps', request(['ada'], { plan: { ...PLAN, steps: [] } }), 'empty_waterfall'],
  ])('%s', (_what, command, reason) =>
    given(people)
      .when(command)
      .thenAnswered({ kind: 'refused', refusal: { code: 'VALIDATION_ERROR', reason } }),
  );

  it('OP-06 names all unknown people', () =>
    given(people)
      .when(request(['eve', 'ada', 'mal']))
      .thenDecided([
        {
          type: 'CommandRefused',
          data: {
            code: 'VALIDATION_ERROR',
            reason: 'unknown_person',
            details: { unknownIds: [personId('eve'), personId('mal')] },
          },
        },
      ]));

  it("X-05 another org's person is as unknown", () =>
    given(people)
      .when(request(['ada'], {}, { orgId: 'org_2' as OrgId }))
      .thenAnswered({ refusal: { reason: 'unknown_person' } }));

  it('OP-06 an erased person is gone, after all unknown ones are named', () => {
    given([granted(10), recorded('ada')], withErased('bob'))
      .when(request(['ada', 'bob']))
      .thenAnswered({ refusal: { code: 'GONE', reason: 'erased_person', details: { erasedIds: [personId('bob')] } } });
    given([granted(10), recorded('ada')], withErased('bob'))
      .when(request(['eve', 'bob']))
      .thenAnswered({ refusal: { reason: 'unknown_person' } });
  });

  it('X-01 the person is checked before credits', () =>
    given([recorded('ada')])
      .when(request(['ada', 'eve']))
      .thenAnswered({ refusal: { reason: 'unknown_person' } }));
});

describe('the size of a command', () => {
  it('1,000 people are one decision with one reservation', () => {
    const names = Array.from({ length: PERSONS_MAX }, (_, index) => String(index));
    const { events, answer } = given([granted(3_001), ...names.map(recorded)]).when(request(names));
    expect(events).toHaveLength(PERSONS_MAX + 1);
    expect(answer).toMatchObject({ result: { created: PERSONS_MAX, reserved: 3_000, available: 1 } });
    const ids = events.flatMap((event): EnrichmentId[] =>
      event.type === 'EnrichmentRequested' ? [event.data.enrichmentId] : [],
    );
    expect(new Set(ids).size).toBe(PERSONS_MAX);
  });
});
