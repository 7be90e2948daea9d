import { accountAfter, checkAccount } from '../../../src/domain/credits/account-after.js';
import { emptyAccount, type Account } from '../../../src/domain/credits/account.js';
import type { CreditEvent } from '../../../src/domain/credits/chain.js';
import type { GrantId } from '../../../src/domain/kernel/ids.js';
import { EXPIRIES_MAX } from '../../../src/domain/credits/moves.js';
import { given } from '../../support/given.js';
import { adjust, at, enrichmentId, expireGrants, grant, hit, NOW_MS, ORG, request, response } from '../fixtures.js';
import { granted, recorded, requested, share } from '../history.js';
import { replay, World } from '../world.js';

describe('CR-12 granting', () => {
  it('adds to balance and available, under an id of its own', () => {
    const decided = given([granted(10)]).when(
      grant(5, { expiresAt: at(1_000), source: 'bonus', referenceId: 'inv-1' }),
    );
    const grantId = expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab]/);
    decided.thenDecided([
      {
        type: 'CreditsGranted',
        subject: 'account/org_1',
        data: {
          grantId,
          amount: 5,
          source: 'bonus',
          expiresAt: at(1_000),
          referenceId: 'inv-1',
          entry: 2,
          available: 15,
        },
      },
      { type: 'CommandAnswered', data: { status: 'granted', references: [grantId] } },
    ]);
    decided.thenAnswered({ kind: 'answered', result: { grantId, balance: 15, available: 15 } });
  });

  it.each([
    ['without a key (X-07)', grant(5, {}, { keyed: false }), 'idempotency_key_required'],
    ['nothing', grant(0), 'invalid_amount'],
    ['less than nothing', grant(-1), 'invalid_amount'],
    ['a part of a credit', grant(0.5), 'invalid_amount'],
    ['more than can be counted', grant(Number.MAX_SAFE_INTEGER), 'amount_too_large'],
    ['what has expired already', grant(5, { expiresAt: at(0) }), 'already_expired'],
  ])('refuses %s', (_what, command, reason) => {
    const decided = given([granted(10)]).when(command);
    decided.thenDecided([{ type: 'CommandRefused', data: { code: 'VALIDATION_ERROR', reason } }]);
    decided.thenAnswered({ kind: 'refused', refusal: { code: 'VALIDATION_ERROR', reason }, replayed: false });
  });
});

describe('CR-06 expiry', () => {
  const expiring = granted(10, 'a', { expiresAt: at(1_000) });

  it('expires what is free of a grant, from its very millisecond on', () => {
    given([expiring])
      .when(expireGrants(), NOW_MS + 999)
      .thenDecided([]);
    given([expiring])
      .when(expireGrants(), NOW_MS + 1_000)
      .thenDecided([
        { type: 'CreditsExpired', data: { grantId: 'grant-a', amount: 10, available: 0, grants: [share('a', -10)] } },
        { type: 'CreditsDepleted' },
      ]);
  });

  it('makes an entry for each grant that is due and leaves the others', () =>
    given([expiring, granted(4, 'b', { expiresAt: at(500) }), granted(3, 'c')])
      .when(expireGrants(), NOW_MS + 1_000)
      .thenDecided([
        { data: { grantId: 'grant-b', amount: 4, available: 13 } },
        { data: { grantId: 'grant-a', amount: 10, available: 3 } },
      ]));

  it('leaves what is reserved to its enrichment', () =>
    given([expiring, recorded('ada'), ...requested('ada')])
      .when(expireGrants(), NOW_MS + 1_000)
      .thenDecided([{ data: { grantId: 'grant-a', amount: 7, available: 0 } }, { type: 'CreditsDepleted' }]));

  it('never burns an expired grant, but expires it first', () =>
    given([expiring, granted(3, 'b'), recorded('ada')])
      .when(request(['ada'], {}, { sentAtMs: NOW_MS + 1_000 }))
      .thenDecided([
        { type: 'CreditsExpired', data: { grantId: 'grant-a', amount: 10, available: 3 } },
        { type: 'EnrichmentRequested' },
        { type: 'CreditsReserved', data: { grants: [share('b', -3)], available: 0 } },
        { type: 'CreditsDepleted' },
      ]));

  it('does not count an expired grant as available', () =>
    given([expiring, recorded('ada')])
      .when(request(['ada'], {}, { sentAtMs: NOW_MS + 1_000 }))
      .thenAnswered({
        refusal: { code: 'INSUFFICIENT_CREDITS', details: { required: 3, available: 0, shortfall: 3 } },
      }));

  it('counts in the answer of a grant that comes later', () =>
    given([expiring])
      .when(grant(5, {}, { sentAtMs: NOW_MS + 1_000 }))
      .thenAnswered({ result: { balance: 5, available: 5 } }));

  describe('of more grants than one decision expires', () => {
    const many = Array.from({ length: EXPIRIES_MAX + 1 }, (_, n) => granted(1, `g${n}`, { expiresAt: at(1_000) }));
    const typesOf = (events: readonly { readonly type: string }[]) => [...new Set(events.map(({ type }) => type))];

    it('writes as many as fit', () =>
      expect(given(many).when(expireGrants(), NOW_MS + 1_000).events).toHaveLength(EXPIRIES_MAX));

    it('never burns what is not written yet, and takes what is live', () => {
      const { events } = given([...many, granted(3, 'live'), recorded('ada')]).when(
        request(['ada'], {}, { sentAtMs: NOW_MS + 1_000 }),
      );
      expect(typesOf(events)).toEqual(['CreditsExpired', 'EnrichmentRequested', 'CreditsReserved']);
      expect(events).toHaveLength(EXPIRIES_MAX + 2);
      expect(events.at(-1)).toMatchObject({ data: { grants: [share('live', -3)], available: 1 } });
    });

    it('does not count it when it asks what can be spent', () =>
      given([...many, granted(2, 'live'), recorded('ada')])
        .when(request(['ada'], {}, { sentAtMs: NOW_MS + 1_000 }))
        .thenAnswered({ refusal: { details: { required: 3, available: 2, shortfall: 1 } } }));

    it('does not take it for an adjustment (CR-12)', () =>
      given([...many, granted(2, 'live')])
        .when(adjust(-3, { sentAtMs: NOW_MS + 1_000 }))
        .thenAnswered({ refusal: { details: { required: 3, available: 2, shortfall: 1 } } }));

    it('counts what a decision has written before, however often it looks', () => {
      const names = ['ada', 'bob'];
      const overdue = names.flatMap((name) => [recorded(name), ...requested(name, { grants: [share('first', -3)] })]);
      const history = [granted(6, 'first'), ...overdue, ...many, granted(9, 'live')];
      const { events } = given(history).when(request(names, {}, { sentAtMs: NOW_MS + 800_000 }));
      expect(events.filter(({ type }) => type === 'CreditsExpired')).toHaveLength(EXPIRIES_MAX);
      expect(typesOf(events)).toContain('EnrichmentFinished');
    });
  });

  it('expires at once what comes back to an expired grant', () =>
    given([expiring, recorded('ada'), ...requested('ada')])
      .when(response(enrichmentId('ada'), hit()), NOW_MS + 2_000)
      .thenDecided([
        { type: 'ProviderResponded' },
        { type: 'CreditsCaptured', data: { amount: 1, available: 7, grants: [share('a', -1)] } },
        { type: 'CreditsReleased', data: { amount: 2, available: 9, grants: [share('a', 2)] } },
        { type: 'CreditsExpired', data: { grantId: 'grant-a', amount: 9, available: 0 } },
        { type: 'EnrichmentFinished', data: { captured: 1, released: 2 } },
        { type: 'CreditsDepleted' },
      ]));
});

describe('CR-06 what an enrichment took from several grants', () => {
  const two = [granted(2, 'a', { expiresAt: at(900_000) }), granted(5, 'b'), recorded('ada')];
  const reserved = [...two, ...requested('ada', { grants: [share('a', -2), share('b', -1)] })];

  it('is taken in burn order', () =>
    given(two)
      .when(request(['ada']))
      .thenDecided([{}, { type: 'CreditsReserved', data: { grants: [share('a', -2), share('b', -1)] } }]));

  it('is captured from its first shares and released to the rest', () =>
    given(reserved)
      .when(response(enrichmentId('ada'), hit()))
      .thenDecided([
        {},
        { type: 'CreditsCaptured', data: { grants: [share('a', -1)] } },
        { type: 'CreditsReleased', data: { grants: [share('a', 1), share('b', 1)] } },
        {},
      ]));

  it('is split between the enrichments of a command in their order', () => {
    const world = new World();
    world.send(grant(4, { expiresAt: at(900_000) }));
    world.send(grant(9));
    for (const name of ['ada', 'bob']) world.state.apply(recorded(name));
    world.send(request(['ada', 'bob']));
    const splits = world.enrichmentIds().map((id) => world.state.get(`enrichment/${id}`)?.pending?.split);
    expect(splits.map((split) => split?.map(({ delta }) => delta))).toEqual([[3], [1, 2]]);
  });
});

describe('CR-14 accounts', () => {
  const grantId = 'grant-a' as GrantId;
  const account: Account = {
    ...emptyAccount(ORG),
    balance: 5,
    reserved: 2,
    grants: [{ id: grantId, free: 3, reserved: 2, expiresAt: null, grantedAt: at(0) }],
  };

  it('accepts one whose sums are right', () => expect(() => checkAccount(account)).not.toThrow());

  it.each([
    ['a grant below zero', { grants: [{ ...account.grants[0]!, free: -1 }] }, 'overdrawn'],
    ['a balance that is not the sum of its grants', { balance: 6 }, 'balance is not the sum'],
    ['a reserved sum that is not that of its grants', { reserved: 1 }, 'reserved is not the sum'],
    ['a balance below zero', { balance: -1 }, 'balance of org_1 is -1'],
  ])('asserts against %s', (_what, change, message) =>
    expect(() => checkAccount({ ...account, ...change })).toThrow(message),
  );

  it('moves balance and reserved by what an entry says', () => {
    const link = { entry: 7, prevHash: 'p', hash: 'h', available: 0 };
    const captured = {
      type: 'CreditsCaptured',
      subject: '',
      data: { ...link, grants: [share('a', -2)], amount: 2 },
    } as unknown as CreditEvent;
    expect(accountAfter(account, captured, at(0))).toEqual({
      ...account,
      balance: 3,
      reserved: 0,
      grants: [{ id: grantId, free: 3, reserved: 0, expiresAt: null, grantedAt: at(0) }],
      entry: 7,
      hash: 'h',
    });
  });

  it('drops a grant when nothing is left in it', () => {
    const state = replay([granted(3), recorded('ada'), ...requested('ada', { grants: [share('a', -3)] })]);
    expect(state.get(`account/${ORG}`)?.grants).toMatchObject([{ free: 0, reserved: 3 }]);
    const world = new World();
    world.send(grant(1, { expiresAt: at(10) }));
    world.wait(10);
    world.send(expireGrants());
    expect(world.account()).toMatchObject({ balance: 0, grants: [] });
  });
});
