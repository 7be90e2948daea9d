import type { GrantId } from '../../../src/domain/kernel/ids.js';
import { given } from '../../support/given.js';
import { adjust, at, grant, NOW_MS } from '../fixtures.js';
import { granted, recorded, requested, share } from '../history.js';
import { World } from '../world.js';

const UUID = expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab]/);
const two = [granted(2, 'a', { expiresAt: at(900_000) }), granted(5, 'b')];

describe('CR-12 adjusting credits', () => {
  it('upwards is a grant without expiry, named by the transaction', () => {
    const world = new World();
    world.send(adjust(4));
    const [grantNow] = world.account().grants;
    expect(world.log[0]).toMatchObject({
      type: 'CreditsAdjusted',
      data: { transactionId: UUID, amount: 4, available: 4, reasonCode: 'goodwill', by: 'key:operator' },
    });
    const { transactionId } = world.log[0]!.data as unknown as { transactionId: GrantId };
    expect(grantNow).toEqual({ id: transactionId, free: 4, reserved: 0, expiresAt: null, grantedAt: at(0) });
  });

  it('downwards takes free credits in burn order', () =>
    given(two)
      .when(adjust(-3))
      .thenDecided([
        { type: 'CreditsAdjusted', data: { amount: -3, grants: [share('a', -2), share('b', -1)], available: 4 } },
        { type: 'CommandAnswered', data: { status: 'adjusted' } },
      ]));

  it('down to nothing is allowed', () =>
    given(two)
      .when(adjust(-7))
      .thenAnswered({ kind: 'answered', result: { transactionId: UUID, balance: 0, available: 0 } }));

  it.each([
    ['more than there is', two, -8, { required: 8, available: 7, shortfall: 1 }],
    [
      'what is reserved',
      [granted(5), recorded('ada'), ...requested('ada')],
      -3,
      { required: 3, available: 2, shortfall: 1 },
    ],
    ['what has expired', [granted(5, 'a', { expiresAt: at(0) })], -1, { required: 1, available: 0, shortfall: 1 }],
  ])('never takes %s, and says the numbers', (_what, history, amount, details) => {
    const decided = given(history).when(adjust(amount));
    decided.thenDecided([{ type: 'CommandRefused', data: { code: 'INSUFFICIENT_CREDITS', details } }]);
    decided.thenAnswered({ refusal: { code: 'INSUFFICIENT_CREDITS', reason: 'insufficient_credits', details } });
  });

  it.each([
    ['without a key (X-07)', adjust(1, { keyed: false }), 'idempotency_key_required'],
    ['by nothing', adjust(0), 'invalid_amount'],
    ['by a part of a credit', adjust(-0.5), 'invalid_amount'],
    ['by more than can be counted', adjust(Number.MAX_SAFE_INTEGER), 'amount_too_large'],
  ])('refuses to adjust %s', (_what, command, reason) =>
    given(two)
      .when(command)
      .thenAnswered({ kind: 'refused', refusal: { code: 'VALIDATION_ERROR', reason } }),
  );

  it('CR-06 expires what is due before', () =>
    given([granted(5, 'a', { expiresAt: at(1_000) }), granted(3, 'b')])
      .when(adjust(-1, { sentAtMs: NOW_MS + 1_000 }))
      .thenDecided([{ type: 'CreditsExpired' }, { data: { grants: [share('b', -1)], available: 2 } }, {}]));

  it('is answered again under its key', () => {
    const world = new World();
    const command = adjust(4);
    const first = world.send(command);
    world.send(grant(5));
    const again = world.send({ ...command, sentAtMs: world.nowMs });
    expect(again.events).toEqual([]);
    const { transactionId } = (first.answer as unknown as { result: { transactionId: GrantId } }).result;
    expect(again.answer).toMatchObject({ replayed: true, result: { transactionId, balance: 9, available: 9 } });
  });
});
