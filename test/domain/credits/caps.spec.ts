import type { AppliedEvent } from '../../../src/domain/evolve.js';
import type { Instant } from '../../../src/domain/kernel/instant.js';
import { streams } from '../../../src/domain/streams.js';
import { given } from '../../support/given.js';
import { at, cancel, enrichmentId, expire, NOW_MS, ORG, PLAN, request, step } from '../fixtures.js';
import { granted, happened, recorded, requested, share, settingsChanged } from '../history.js';
import { replay } from '../world.js';

/** Each new enrichment reserves 3. */
const people = [granted(100), recorded('ada'), recorded('bob')];
const capped = (daily: number | null, monthly: number | null = null): AppliedEvent =>
  settingsChanged({ caps: { daily, monthly } });
const day = (date: string) => `${date}T12:00:00.000Z` as Instant;
const byKey = (time: Instant) => requested('bob', { time, createdBy: 'key:k' });
const KEY = { createdBy: 'key:k' };
const exceeded = (details: object) => ({
  kind: 'refused',
  refusal: { code: 'CAP_EXCEEDED', reason: 'cap_exceeded', details },
});
const FREE = { ...PLAN, steps: [step('free', 0)], cachePrice: 0 };
const ACCEPTED = { kind: 'answered', result: { created: 1, reserved: 3 } };

describe('CR-07 the cap of a request', () => {
  it.each([
    [2, exceeded({ cap: 'request', limit: 2, used: 0, required: 3 })],
    [3, ACCEPTED],
  ])('of %s against 3 that are needed', (maxCredits, expected) =>
    given(people)
      .when(request(['ada'], { maxCredits }))
      .thenAnswered(expected),
  );

  it('is for the request as a whole, all or nothing', () => {
    const decided = given(people).when(request(['ada', 'bob'], { maxCredits: 5 }));
    decided.thenAnswered(exceeded({ cap: 'request', limit: 5, used: 0, required: 6 }));
    decided.thenDecided([{ type: 'CommandRefused', data: { code: 'CAP_EXCEEDED' } }]);
  });

  it('is never in the way of what is reused or costs nothing', () => {
    given([...people, ...requested('ada')])
      .when(request(['ada'], { maxCredits: 0 }))
      .thenAnswered({ result: { created: 0, reserved: 0 } });
    given([...people, capped(0)])
      .when(request(['ada'], { plan: FREE, maxCredits: 0 }))
      .thenAnswered({ result: { created: 1, reserved: 0 } });
  });
});

describe('CR-07 the caps of a key', () => {
  const used = [...people, ...byKey(at(-60_000))];

  it.each([
    [{ daily: 5, total: null }, exceeded({ cap: 'key_daily', limit: 5, used: 3, required: 3 })],
    [{ daily: null, total: 5 }, exceeded({ cap: 'key_total', limit: 5, used: 3, required: 3 })],
    [{ daily: 6, total: 6 }, ACCEPTED],
    [{ daily: null, total: null }, ACCEPTED],
  ])('%j', (keyCaps, expected) =>
    given(used)
      .when(request(['ada'], { ...KEY, keyCaps }))
      .thenAnswered(expected),
  );

  it('do not count what others of the org reserve', () => {
    given(used)
      .when(request(['ada'], { createdBy: 'key:other', keyCaps: { daily: 3, total: 3 } }))
      .thenAnswered(ACCEPTED);
    given([...people, ...requested('bob')])
      .when(request(['ada'], { ...KEY, keyCaps: { daily: 3, total: 3 } }))
      .thenAnswered(ACCEPTED);
  });

  it('count what was reserved before the key had caps', () =>
    expect(replay(used).get(streams.spending(ORG, 'key:k'))).toMatchObject({ daily: 3, total: 3 }));

  it('of users do not exist: nothing is kept for them', () =>
    expect(replay([...people, ...requested('ada')]).get(streams.spending(ORG, 'user_1'))).toBeUndefined());

  it('daily ends with the UTC day, total never', () => {
    const yesterday = [...people, ...byKey(day('2026-11-20'))];
    given(yesterday)
      .when(request(['ada'], { ...KEY, keyCaps: { daily: 3, total: null } }))
      .thenAnswered(ACCEPTED);
    given(yesterday)
      .when(request(['ada'], { ...KEY, keyCaps: { daily: null, total: 5 } }))
      .thenAnswered(exceeded({ cap: 'key_total', limit: 5, used: 3, required: 3 }));
  });
});

describe('CR-07 the caps of an org', () => {
  it.each([
    [5, null, exceeded({ cap: 'org_daily', limit: 5, used: 3, required: 3 })],
    [null, 5, exceeded({ cap: 'org_monthly', limit: 5, used: 3, required: 3 })],
    [6, 6, ACCEPTED],
  ])('daily %s, monthly %s', (daily, monthly, expected) =>
    given([...people, capped(daily, monthly), ...requested('bob')])
      .when(request(['ada']))
      .thenAnswered(expected),
  );

  it.each([
    ['2026-11-20', 3, null, ACCEPTED],
    ['2026-11-20', null, 5, exceeded({ cap: 'org_monthly', limit: 5, used: 3, required: 3 })],
    ['2026-10-31', null, 3, ACCEPTED],
  ])('what was reserved on %s, with daily %s, monthly %s', (date, daily, monthly, expected) =>
    given([...people, capped(daily, monthly), ...requested('bob', { time: day(date) })])
      .when(request(['ada']))
      .thenAnswered(expected),
  );

  it('end to the millisecond with the day of the command', () => {
    const midnight = Date.UTC(2026, 10, 22);
    const history = [...people, capped(3), ...requested('bob')];
    const later = { sentAtMs: midnight - 1 };
    given(history)
      .when(request(['ada'], {}, later), midnight - 1)
      .thenAnswered(exceeded({ cap: 'org_daily', limit: 3, used: 3, required: 3 }));
    given(history)
      .when(request(['ada'], {}, later), midnight)
      .thenAnswered(ACCEPTED);
  });

  it('lowered below what was used, let nothing through but what costs nothing', () => {
    const lowered = [...people, ...requested('bob'), capped(2)];
    given(lowered)
      .when(request(['ada']))
      .thenAnswered(exceeded({ cap: 'org_daily', limit: 2, used: 3, required: 3 }));
    given(lowered)
      .when(request(['ada'], { plan: FREE }))
      .thenAnswered({ result: { created: 1, reserved: 0 } });
  });
});

describe('CR-07 a release gives back to the windows that reserved', () => {
  const decidedAt = (history: readonly AppliedEvent[], name: string) =>
    given(history)
      .when(cancel(name))
      .events.map((event) => ({ ...event, orgId: ORG, time: at(0), commandId: 'c' }) as AppliedEvent);

  it('of the same day: the room is there again', () => {
    const history = [...people, capped(3), ...byKey(at(-60_000))];
    const after = [...history, ...decidedAt(history, 'bob')];
    given(after)
      .when(request(['ada'], { ...KEY, keyCaps: { daily: 3, total: 3 } }))
      .thenAnswered(ACCEPTED);
    expect(replay(after).get(streams.spending(ORG, 'key:k'))).toMatchObject({ daily: 0, monthly: 0, total: 0 });
  });

  it('of the day before: not to those of today', () => {
    const history = [
      ...people,
      ...requested('bob', { time: day('2026-11-20') }),
      ...requested('ada', { time: at(-1_000) }),
    ];
    const after = replay([...history, ...decidedAt(history, 'bob')]).get(streams.spending(ORG));
    expect(after).toEqual({ day: '2026-11-21', daily: 3, month: '2026-11', monthly: 3, total: 3 });
  });

  it('in the decision that times an overdue one out, before the caps are looked at', () =>
    given([...people, capped(3), ...requested('ada', { deadlineAt: at(-1) })])
      .when(request(['ada']))
      .thenAnswered(ACCEPTED));

  it('but what is captured stays used', () => {
    const captured = happened('CreditsCaptured', {
      entry: 1,
      prevHash: 'b',
      hash: 'a',
      available: 0,
      grants: [share('a', -3)],
      reservationId: 'reservation-bob' as never,
      enrichmentId: enrichmentId('bob'),
      transactionId: 't' as never,
      amount: 3,
      operationType: 'enrichment_email',
      provider: 'fast',
    });
    expect(replay([...people, ...requested('bob'), captured]).get(streams.spending(ORG))).toMatchObject({ daily: 3 });
  });

  it('also when a deadline ends it', () => {
    const history = [...people, ...byKey(at(-60_000))];
    const { events } = given(history).when(expire(enrichmentId('bob')), NOW_MS + 740_000);
    const applied = events.map(
      (event) => ({ ...event, orgId: ORG, time: at(740_000), commandId: 'c' }) as AppliedEvent,
    );
    expect(replay([...history, ...applied]).get(streams.spending(ORG, 'key:k'))).toMatchObject({ total: 0 });
  });
});

describe('X-01 of several that are broken', () => {
  const history = [granted(1), recorded('ada'), capped(1, 1)];
  const all = { ...KEY, maxCredits: 1, keyCaps: { daily: 1, total: 1 } };

  it.each([
    ['request', all],
    ['key_daily', { ...all, maxCredits: 9 }],
    ['key_total', { ...KEY, keyCaps: { daily: 9, total: 1 } }],
    ['org_daily', { ...KEY, keyCaps: { daily: 9, total: 9 } }],
  ])('%s answers, before the want of credits', (cap, data) =>
    given(history)
      .when(request(['ada'], data))
      .thenAnswered({ refusal: { code: 'CAP_EXCEEDED', details: { cap } } }),
  );

  it('an unknown person answers before any of them', () =>
    given(history)
      .when(request(['eve'], all))
      .thenAnswered({ refusal: { reason: 'unknown_person' } }));
});
