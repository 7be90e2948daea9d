import * as fc from 'fast-check';
import { availableIn } from '../../../src/domain/credits/account.js';
import { given } from '../../support/given.js';
import { anyActions, play } from '../actions.js';
import { adjust, at, command, enrichmentId, expireGrants, NOW_MS, request, response } from '../fixtures.js';
import { granted, recorded, requested, settingsChanged } from '../history.js';
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

describe('CR-13 credits that run low', () => {
  const below = (creditThreshold: number | null) => settingsChanged({ creditThreshold });
  const LOW = 'CreditsRanLow';

  it('are told of by the command that takes them below the threshold, not by one that leaves exactly as many', () => {
    expect(typesOf(given([below(5), granted(8)]).when(adjust(-3)))).not.toContain(LOW);
    given([below(5), granted(8)])
      .when(adjust(-4))
      .thenDecided([
        { type: 'CreditsAdjusted' },
        { type: LOW, subject: 'account/org_1', data: { available: 4, threshold: 5, entry: 2 } },
        {},
      ]);
  });

  it('are told of once: what is low already and gets lower is no news', () =>
    expect(typesOf(given([below(5), granted(4)]).when(adjust(-1)))).not.toContain(LOW));

  it('and again when they were not low in between', () => {
    const world = new World();
    for (const event of [below(5), granted(8)]) world.state.apply(event);
    for (const amount of [-4, -1, 5, -5]) world.send(adjust(amount));
    expect(world.log.filter(({ type }) => type === LOW)).toHaveLength(2);
  });

  it('that are used up at once are told of as both', () =>
    expect(typesOf(given([below(5), granted(8)]).when(adjust(-8)))).toEqual([
      'CreditsAdjusted',
      LOW,
      DEPLETED,
      'CommandAnswered',
    ]));

  it('are never told of without a threshold, or with 0', () => {
    for (const history of [[granted(8)], [below(0), granted(8)], [below(5), below(null), granted(8)]]) {
      expect(typesOf(given(history).when(adjust(-8)))).not.toContain(LOW);
    }
  });

  it('are told of when the threshold moves above them', () => {
    const change = (creditThreshold: number) => command('ChangeSettings', { by: 'user_1', creditThreshold });
    given([granted(8)])
      .when(change(9))
      .thenDecided([{ type: 'SettingsChanged' }, { type: LOW, data: { available: 8, threshold: 9, entry: 1 } }]);
    expect(typesOf(given([granted(8)]).when(change(8)))).toEqual(['SettingsChanged']);
    expect(typesOf(given([below(9), granted(8)]).when(change(10)))).toEqual(['SettingsChanged']);
  });

  it('keep their threshold whatever else moves the account', () => {
    const world = new World();
    for (const event of [below(5), granted(8)]) world.state.apply(event);
    world.send(adjust(-1));
    expect(world.account().threshold).toBe(5);
    world.send(command('ChangeSettings', { by: 'user_1', creditThreshold: null }));
    expect(world.account()).not.toHaveProperty('threshold');
  });
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
