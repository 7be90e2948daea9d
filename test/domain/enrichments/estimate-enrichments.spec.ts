import type { CommandDataByType } from '../../../src/domain/command.js';
import { given } from '../../support/given.js';
import { anyWorlds } from '../any-world.js';
import { at, command, NOW_MS, ORG, request } from '../fixtures.js';
import { finished, granted, happened, recorded, requested } from '../history.js';

type Asked = Partial<CommandDataByType['RequestEnrichments']>;
const estimate = (names: readonly string[], data: Asked = {}) =>
  command('EstimateEnrichments', request(names, data).data);
const people = [granted(10), recorded('ada'), recorded('bob'), recorded('cyd')];

describe('OP-23 an estimate', () => {
  it('counts what is new and what is reused, and says what there is before', () => {
    const decided = given([...people, ...requested('ada')]).when(estimate(['ada', 'bob', 'cyd']));
    decided.thenAnswered({
      kind: 'answered',
      result: { created: 2, reused: 1, perItem: 3, required: 6, available: 7, shortage: null },
    });
    expect(decided.events).toEqual([]);
  });

  it('says what would refuse it, without refusing', () => {
    given([...people, granted(0, 'b')])
      .when(estimate(['ada', 'bob'], { maxCredits: 5 }))
      .thenAnswered({ result: { shortage: { code: 'CAP_EXCEEDED', details: { cap: 'request', required: 6 } } } });
    given([granted(2), recorded('ada')])
      .when(estimate(['ada']))
      .thenAnswered({ result: { shortage: { code: 'INSUFFICIENT_CREDITS', details: { shortfall: 1 } } } });
  });

  it('of people that nobody knows is refused, and nothing is logged of that either', () => {
    const decided = given(people).when(estimate(['eve']));
    decided.thenAnswered({ kind: 'refused', refusal: { reason: 'unknown_person' } });
    expect(decided.events).toEqual([]);
  });

  it('counts as available what the request would clear first, and clears nothing', () => {
    const history = [
      granted(5, 'a'),
      granted(4, 'b', { expiresAt: at(-1) }),
      recorded('ada'),
      ...requested('ada', { deadlineAt: at(-1) }),
    ];
    const decided = given(history).when(estimate(['ada']));
    decided.thenAnswered({ result: { created: 1, available: 5 } });
    expect(decided.events).toEqual([]);
  });

  it('forces without a key: nothing is made', () =>
    given([...people, ...requested('ada'), ...finished('ada', 'found')])
      .when(estimate(['ada'], { force: true }))
      .thenAnswered({ result: { created: 1, reused: 0 } }));

  it('is answered under an id that a request has used: it is no copy of it', () => {
    const asked = request(['ada']);
    const expiresAt = at(5_000);
    const answered = { commandType: 'x', status: 'x', references: [], fingerprint: null, expiresAt };
    given([...people, happened('CommandAnswered', answered, { commandId: asked.id })])
      .when(command('EstimateEnrichments', asked.data, { id: asked.id }), NOW_MS)
      .thenAnswered({ replayed: false, result: { created: 1 } });
  });

  it('of whatever, in whatever state, says what the request then does, and moves nothing', () => {
    const seen = { accepted: 0, refused: 0 };
    for (const world of anyWorlds()) {
      const asked = world.commands.findLast(({ type }) => type === 'RequestEnrichments');
      if (asked?.type !== 'RequestEnrichments') continue;
      const { data } = asked;
      const keyed = { keyed: true, fingerprint: 'f', orgId: ORG, sentAtMs: world.nowMs } as const;
      const before = world.log.length;
      const guess = world.send(command('EstimateEnrichments', data, { ...keyed }));
      expect(world.log.length).toBe(before);
      const { answer } = world.send(command('RequestEnrichments', data, keyed));
      if (guess.answer.kind === 'refused') expect(answer).toEqual(guess.answer);
      else {
        const { created, required, available, shortage } = guess.answer.result as never as Record<string, number>;
        // What only reuses expires nothing: it answers what the ledger says, the estimate what can be spent.
        const left = created === 0 ? {} : { available: (available ?? 0) - (required ?? 0) };
        const done = { created, reserved: required, ...left };
        if (shortage === null) expect(answer).toMatchObject({ kind: 'answered', result: done });
        else expect(answer).toMatchObject({ kind: 'refused', refusal: shortage });
        seen[shortage === null ? 'accepted' : 'refused'] += 1;
      }
    }
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(2);
  });
});
