import * as fc from 'fast-check';
import { WARNINGS_MAX } from '../../../src/domain/credits/expiry-warnings.js';
import { dueAt } from '../../../src/domain/due-at.js';
import type { AppliedEvent } from '../../../src/domain/evolve.js';
import type { GrantId } from '../../../src/domain/kernel/ids.js';
import { given } from '../../support/given.js';
import { expireGrants, at, grant, NOW_MS, ORG, request } from '../fixtures.js';
import { granted, happened, recorded, requested, share } from '../history.js';
import { printSeed, runs, seed } from '../seed.js';
import { replay, World } from '../world.js';

const DAY_MS = 24 * 60 * 60 * 1_000;
/** 9 days before it ends. */
const made = granted(5, 'a', { time: at(0), expiresAt: at(9 * DAY_MS) });
const warned = (daysBefore: number, name = 'a'): AppliedEvent =>
  happened('GrantExpiryNeared', {
    grantId: `grant-${name}` as GrantId,
    amount: 5,
    expiresAt: at(9 * DAY_MS),
    daysBefore,
  });
const nearedAt = (history: readonly AppliedEvent[], afterMs: number) =>
  given(history)
    .when(expireGrants(), NOW_MS + afterMs)
    .events.flatMap(({ type, data }) => (type === 'GrantExpiryNeared' ? [[data.grantId, data.daysBefore]] : []));

describe('CR-13 a grant that ends soon', () => {
  it('is spoken of 7 days before, from the very millisecond on, with what is free of it', () => {
    expect(nearedAt([made], 2 * DAY_MS - 1)).toEqual([]);
    given([made])
      .when(expireGrants(), NOW_MS + 2 * DAY_MS)
      .thenDecided([
        {
          type: 'GrantExpiryNeared',
          subject: 'account/org_1',
          data: { grantId: 'grant-a', amount: 5, expiresAt: at(9 * DAY_MS), daysBefore: 7 },
        },
      ]);
  });

  it('is spoken of once per distance', () => {
    expect(nearedAt([made, warned(7)], 8 * DAY_MS - 1)).toEqual([]);
    expect(nearedAt([made, warned(7)], 8 * DAY_MS)).toEqual([['grant-a', 1]]);
    expect(nearedAt([made, warned(7), warned(1)], 9 * DAY_MS - 1)).toEqual([]);
  });

  it('when both distances have passed, only the nearer one is news', () =>
    expect(nearedAt([made], 8 * DAY_MS)).toEqual([['grant-a', 1]]));

  it('a grant made within a distance is not said to come into it', () => {
    const short = granted(5, 'a', { time: at(0), expiresAt: at(3 * DAY_MS) });
    expect(nearedAt([short], DAY_MS)).toEqual([]);
    expect(nearedAt([short], 2 * DAY_MS)).toEqual([['grant-a', 1]]);
    const shorter = granted(5, 'a', { time: at(0), expiresAt: at(DAY_MS - 1) });
    expect(nearedAt([shorter], DAY_MS - 2)).toEqual([]);
  });

  it('is of interest only while something of it is free', () => {
    const used = [made, recorded('ada'), ...requested('ada', { grants: [share('a', -3)], time: at(0) })];
    given(used)
      .when(expireGrants(), NOW_MS + 2 * DAY_MS)
      .thenDecided([{ data: { amount: 2 } }]);
    const gone = granted(3, 'a', { time: at(0), expiresAt: at(9 * DAY_MS) });
    expect(nearedAt([gone, ...used.slice(1)], 2 * DAY_MS)).toEqual([]);
  });

  it('that has ended is expired, not spoken of', () =>
    given([made])
      .when(expireGrants(), NOW_MS + 9 * DAY_MS)
      .thenDecided([{ type: 'CreditsExpired' }, { type: 'CreditsDepleted' }]));

  it('is spoken of each on its own', () => {
    const other = granted(5, 'b', { time: at(0), expiresAt: at(9 * DAY_MS + 1) });
    expect(nearedAt([made, other], 2 * DAY_MS)).toEqual([['grant-a', 7]]);
    expect(nearedAt([made, other, warned(7)], 2 * DAY_MS + 1)).toEqual([['grant-b', 7]]);
  });

  it('is spoken of with at most 200 others in one decision', () => {
    const many = Array.from({ length: WARNINGS_MAX + 1 }, (_, n) =>
      granted(1, String(n), { time: at(0), expiresAt: at(9 * DAY_MS) }),
    );
    expect(nearedAt(many, 2 * DAY_MS)).toHaveLength(WARNINGS_MAX);
  });

  it('is what the sweeper looks for: first the warnings, then the end', () => {
    const due = (...history: readonly AppliedEvent[]) => {
      const account = replay(history).get(`account/${ORG}`)!;
      return dueAt(`account/${ORG}`, account);
    };
    expect(due(made)).toBe(NOW_MS + 2 * DAY_MS);
    expect(due(made, warned(7))).toBe(NOW_MS + 8 * DAY_MS);
    expect(due(made, warned(7), warned(1))).toBe(NOW_MS + 9 * DAY_MS);
    const sooner = granted(1, 'b', { time: at(0), expiresAt: at(3 * DAY_MS) });
    expect(due(sooner)).toBe(NOW_MS + 2 * DAY_MS);
    const between = granted(1, 'c', { time: at(0), expiresAt: at(DAY_MS / 2) });
    expect(due(made, warned(7), between)).toBe(NOW_MS + DAY_MS / 2);
  });

  it('keeps being known when its credits move', () => {
    const world = new World();
    world.send(grant(9, { expiresAt: at(9 * DAY_MS) }));
    world.state.apply(recorded('ada'));
    world.wait(2 * DAY_MS);
    world.send(expireGrants());
    world.send(request(['ada'], {}, { sentAtMs: world.nowMs }));
    world.send(expireGrants());
    expect(world.log.filter(({ type }) => type === 'GrantExpiryNeared')).toHaveLength(1);
  });
});

describe('CR-13 whatever is granted and whenever the sweeper comes', () => {
  beforeAll(() => printSeed('expiry warnings'));
  const days = fc.double({ min: 0.01, max: 12, noNaN: true });
  const steps = fc.array(
    fc.oneof(fc.record({ grant: fc.option(days), amount: fc.integer({ min: 1, max: 9 }) }), fc.record({ wait: days })),
    { maxLength: 30 },
  );

  it('each grant is spoken of at most once per distance, in order, and what was due is not due again', () =>
    fc.assert(
      fc.property(steps, (taken) => {
        const world = new World();
        for (const step of taken) {
          if ('wait' in step) world.wait(Math.ceil(step.wait * DAY_MS));
          else {
            const expiresAt = step.grant === null ? null : at(world.nowMs - NOW_MS + Math.ceil(step.grant * DAY_MS));
            world.send(grant(step.amount, { expiresAt }, { sentAtMs: world.nowMs }));
          }
          const wasDue = (dueAt(`account/${ORG}`, world.account()) ?? Infinity) <= world.nowMs;
          // A sweep for what is due always comes to something, so that it is never sent for ever.
          expect(world.send(expireGrants()).events.length > 0).toBe(wasDue);
          expect(dueAt(`account/${ORG}`, world.account()) ?? Infinity).toBeGreaterThan(world.nowMs);
        }
        const told = world.log.flatMap((event) => (event.type === 'GrantExpiryNeared' ? [event] : []));
        const keys = told.map(({ data }) => `${data.grantId} ${data.daysBefore}`);
        expect(new Set(keys).size).toBe(keys.length);
        for (const { data, time } of told) {
          const leftMs = Date.parse(data.expiresAt) - Date.parse(time);
          expect(leftMs).toBeGreaterThan(data.daysBefore === 7 ? DAY_MS : 0);
          expect(leftMs).toBeLessThanOrEqual(data.daysBefore * DAY_MS);
        }
      }),
      { seed, numRuns: runs(200) },
    ));
});
