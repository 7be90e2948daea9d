import { CLOSED, enter, leave, type Breaker, type BreakerReason } from '../../src/providers/breaker.js';

const MINUTE = 60_000;
const openedAt = (reason: BreakerReason, atMs: number): Breaker => leave(CLOSED, reason, atMs);

describe('breaker', () => {
  it.each(['hit', 'miss', 'retry_later', 'invalid_input', 'broken', null] as const)(
    'stays closed after %s',
    (outcome) => {
      expect(leave(CLOSED, outcome, 0)).toBe(CLOSED);
      expect(enter(CLOSED, 0)).toEqual({ passes: true, breaker: CLOSED });
    },
  );

  it.each([
    ['out_of_credits', 5 * MINUTE],
    ['bad_credentials', 5 * MINUTE],
    ['blocked', MINUTE],
  ] as const)('opens at once after %s, for %i ms', (reason, pauseMs) => {
    const open = openedAt(reason, 1_000);
    expect(enter(open, 1_000 + pauseMs - 1).passes).toBe(false);
    expect(enter(open, 1_000 + pauseMs).passes).toBe(true);
  });

  it('half open lets one call through until it answers', () => {
    const { breaker } = enter(openedAt('blocked', 0), MINUTE);
    expect(breaker.kind).toBe('probing');
    expect(enter(breaker, MINUTE + 1).passes).toBe(false);
  });

  it.each(['hit', 'miss', 'broken'] as const)('closes when the probe comes back with %s', (outcome) => {
    const { breaker } = enter(openedAt('blocked', 0), MINUTE);
    expect(leave(breaker, outcome, MINUTE)).toBe(CLOSED);
  });

  it('opens for twice as long each time the probe fails, up to an hour', () => {
    let breaker = openedAt('out_of_credits', 0);
    const pauses: number[] = [];
    for (let nowMs = 0; pauses.length < 7;) {
      if (breaker.kind !== 'open') throw new Error('not open');
      pauses.push((breaker.untilMs - nowMs) / MINUTE);
      nowMs = breaker.untilMs;
      breaker = leave(enter(breaker, nowMs).breaker, 'out_of_credits', nowMs);
    }
    expect(pauses).toEqual([5, 10, 20, 40, 60, 60, 60]);
  });

  it('calls that were out when it opened do not open it further', () => {
    const open = openedAt('out_of_credits', 0);
    expect(leave(open, 'out_of_credits', 10)).toBe(open);
    expect(leave(open, 'hit', 10)).toBe(open);
  });

  it('a probe without an answer opens it again, and a lost probe does not keep it shut', () => {
    const { breaker } = enter(openedAt('blocked', 0), MINUTE);
    expect(leave(breaker, null, 2 * MINUTE)).toMatchObject({ kind: 'open', untilMs: 3 * MINUTE });
    expect(enter(breaker, 3 * MINUTE).passes).toBe(true);
  });
});
