import { WARNINGS_MAX } from '../../src/domain/credits/expiry-warnings.js';
import { dueAt } from '../../src/domain/due-at.js';
import { dueCommands } from '../../src/domain/due-command.js';
import { EXPIRIES_MAX } from '../../src/domain/credits/moves.js';
import type { StreamState } from '../../src/domain/state.js';
import type { StreamKey } from '../../src/domain/streams.js';
import { at, enrichmentId, NOW_MS, ORG } from './fixtures.js';
import { finished, granted, happened, recorded, requested, share } from './history.js';
import { replay } from './world.js';

const ADA: StreamKey = `enrichment/${enrichmentId('ada')}`;
const ACCOUNT: StreamKey = `account/${ORG}`;
const DEADLINE_MS = NOW_MS + 740_000;
const pending = [granted(10), recorded('ada'), ...requested('ada')];
const stateOf = (history: Parameters<typeof replay>[0], key: StreamKey): StreamState =>
  replay(history).changes.get(key)!;

describe('when a stream has to be looked at', () => {
  it('a pending enrichment: at its deadline; one that ended: never', () => {
    expect(dueAt(ADA, stateOf(pending, ADA))).toBe(DEADLINE_MS);
    const ended = [...pending, ...finished('ada', 'found')];
    expect(dueAt(ADA, stateOf(ended, ADA))).toBeNull();
  });

  it('an account: at the earliest expiry of something free', () => {
    const grants = [
      granted(3, 'used-up', { expiresAt: at(1_000) }),
      granted(5, 'late', { expiresAt: at(9_000) }),
      granted(5, 'soon', { expiresAt: at(5_000) }),
      granted(5, 'never'),
    ];
    const reserved = [...grants, recorded('ada'), ...requested('ada', { grants: [share('used-up', -3)] })];
    expect(dueAt(ACCOUNT, stateOf(grants, ACCOUNT))).toBe(NOW_MS + 1_000);
    expect(dueAt(ACCOUNT, stateOf(reserved, ACCOUNT))).toBe(NOW_MS + 5_000);
    expect(dueAt(ACCOUNT, stateOf([granted(5)], ACCOUNT))).toBeNull();
  });

  it('a remembered answer: when it may be forgotten', () => {
    const answered = happened(
      'CommandAnswered',
      { commandType: 'x', status: 'x', references: [], fingerprint: null, expiresAt: at(1_000) },
      { commandId: 'c', time: at(0) },
    );
    const key: StreamKey = `recent/${ORG}/c`;
    expect(dueAt(key, stateOf([answered], key))).toBe(NOW_MS + 1_000);
    expect(dueCommands(key, stateOf([answered], key), NOW_MS + 5_000)).toEqual([]);
  });

  it('persons, identities and current: never', () => {
    const { changes } = replay(pending);
    const others = [...changes].filter(([key]) => /^(person|identity|current)/.test(key));
    expect(others.map(([key, value]) => dueAt(key, value))).toEqual([null, null, null]);
  });
});

describe('what the sweeper sends', () => {
  it('ExpireEnrichment for an enrichment that is due', () => {
    const state = stateOf(pending, ADA);
    expect(dueCommands(ADA, state, DEADLINE_MS - 1)).toEqual([]);
    expect(dueCommands(ADA, state, DEADLINE_MS)).toEqual([
      {
        type: 'ExpireEnrichment',
        orgId: ORG,
        data: { enrichmentId: enrichmentId('ada') },
        dueAtMs: DEADLINE_MS,
        part: 0,
      },
    ]);
  });

  it('ExpireGrants for an account that is due', () => {
    const state = stateOf([granted(5, 'a', { expiresAt: at(5_000) })], ACCOUNT);
    expect(dueCommands(ACCOUNT, state, NOW_MS + 4_999)).toEqual([]);
    expect(dueCommands(ACCOUNT, state, NOW_MS + 5_000)).toEqual([
      { type: 'ExpireGrants', orgId: ORG, data: {}, dueAtMs: NOW_MS + 5_000, part: 0 },
    ]);
  });

  it('ExpireGrants for a grant that ends soon, and once for as many as one decision warns of', () => {
    const dayMs = 86_400_000;
    const soon = (n: number) => granted(1, `g${n}`, { time: at(0), expiresAt: at(2 * dayMs) });
    const one = stateOf([soon(0)], ACCOUNT);
    expect(dueCommands(ACCOUNT, one, NOW_MS + dayMs - 1)).toEqual([]);
    expect(dueCommands(ACCOUNT, one, NOW_MS + dayMs)).toMatchObject([
      { type: 'ExpireGrants', dueAtMs: NOW_MS + dayMs },
    ]);
    const many = stateOf(
      Array.from({ length: WARNINGS_MAX + 1 }, (_, n) => soon(n)),
      ACCOUNT,
    );
    expect(dueCommands(ACCOUNT, many, NOW_MS + dayMs).map(({ part }) => part)).toEqual([0, 1]);
  });

  it('ExpireGrants once for as many grants as one decision expires', () => {
    const many = Array.from({ length: EXPIRIES_MAX + 1 }, (_, n) => granted(1, `g${n}`, { expiresAt: at(5_000) }));
    const state = stateOf([...many, granted(1, 'later', { expiresAt: at(6_000) })], ACCOUNT);
    expect(dueCommands(ACCOUNT, state, NOW_MS + 5_000).map(({ part }) => part)).toEqual([0, 1]);
  });
});
