import * as fc from 'fast-check';
import { availableIn } from '../../../src/domain/credits/account.js';
import { given } from '../../support/given.js';
import { anyActions, play } from '../actions.js';
import { adjust, at, enrichmentId, expireGrants, NOW_MS, request, response } from '../fixtures.js';
import { granted, recorded, requested } from '../history.js';
import { printSeed, runs, seed } from '../seed.js';
import { World } from '../world.js';

const DEPLETED = 'CreditsDepleted';
const typesOf = ({ events }: { readonly events: readonly { readonly type: string }[] }) =>
  events.map(({ type }) => type);

describe('CR-13 credits that are used up', () => {
  it('are told of by the command that reserves the last of them', () =>
    given([granted(3), recorded('ada')])
      .when(request(['ada']))
      .thenDecided([
        { type: 'EnrichmentRequested' },
        { type: 'CreditsReserved', data: { entry: 2, available: 0 } },
        { type: DEPLETED, subject: 'account/org_1', data: { reserved: 3, entry: 2 } },
      ]));

  it('or that takes them back', () =>
    given([granted(3)])
      .when(adjust(-3))
      .thenDecided([{}, { type: DEPLETED, data: { reserved: 0, entry: 2 } }, { type: 'CommandAnswered' }]));

  it('or that finds them expired', () =>
    given([granted(3, 'a', { expiresAt: at(10) })])
      .when(expireGrants(), NOW_MS + 10)
      .thenDecided([{ type: 'CreditsExpired' }, { type: DEPLETED }]));

  it('are not told of while something is left', () =>
    expect(typesOf(given([granted(4), recorded('ada')]).when(request(['ada'])))).not.toContain(DEPLETED));

  it('are not told of by a command that finds nothing and leaves nothing, whatever came back in between', () => {
    const history = [
      granted(3, 'a', { expiresAt: at(10) }),
      recorded('ada'),
      ...requested('ada', { deadlineAt: at(900_000) }),
    ];
    const last = response(enrichmentId('ada'), { outcome: 'error', attempt: 1 });
    expect(typesOf(given(history).when(last, NOW_MS + 20))).not.toContain(DEPLETED);
  });

  it('are not told of by a refusal', () =>
    expect(typesOf(given([granted(2), recorded('ada')]).when(request(['ada'])))).toEqual(['CommandRefused']));
});

describe('CR-13 whatever the order of commands', () => {
  beforeAll(() => printSeed('crossings'));

  it('nothing left is told once, by the command that crosses, and by no other', () =>
    fc.assert(
      fc.property(anyActions, (actions) => {
        const world = new World();
        let before: number | null = null;
        play(world, actions, (_sent, decision) => {
          const available = availableIn(world.account());
          const isCrossing: boolean = before !== null && before > 0 && available === 0;
          if (before !== null)
            expect(typesOf(decision).filter((type) => type === DEPLETED)).toHaveLength(isCrossing ? 1 : 0);
          before = available;
        });
      }),
      { seed, numRuns: runs(100) },
    ));
});
