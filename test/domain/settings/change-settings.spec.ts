import type { AppliedEvent } from '../../../src/domain/evolve.js';
import { given } from '../../support/given.js';
import { at, command, ORG } from '../fixtures.js';
import { settingsChanged } from '../history.js';

const capped = (daily: number | null, monthly: number | null): AppliedEvent =>
  settingsChanged({ caps: { daily, monthly } });

describe('WF-10 settings', () => {
  const change = (caps?: object) => command('ChangeSettings', { ...(caps && { caps }), by: 'user_1' });

  it('are whole in their event, whatever was mentioned', () => {
    const decided = given([capped(5, 50)]).when(change({ monthly: null }));
    const settings = { caps: { daily: 5, monthly: null } };
    decided.thenDecided([{ type: 'SettingsChanged', data: { settings, version: 2, by: 'user_1' } }]);
    decided.thenAnswered({ result: { settings: { ...settings, version: 2 } } });
  });

  it.each([[undefined], [{}], [{ daily: 5 }], [{ daily: 5, monthly: 50 }]])(
    'that stay as they are with %j make no version, but the answer is remembered',
    (caps) => {
      const decided = given([capped(5, 50)]).when(change(caps));
      expect(decided.events.map(({ type }) => type)).toEqual(['CommandAnswered']);
      decided.thenAnswered({ result: { settings: { caps: { daily: 5, monthly: 50 }, version: 1 } } });
    },
  );

  it('of an org that set nothing have no caps', () =>
    given([])
      .when(change())
      .thenAnswered({ result: { settings: { caps: { daily: null, monthly: null }, version: 0 } } }));

  it('CR-13 hold a threshold, which stays when it is not mentioned and goes with null', () => {
    const set = (change: object) => command('ChangeSettings', { ...change, by: 'user_1' });
    const history = [settingsChanged({ creditThreshold: 5 })];
    given(history)
      .when(set({ caps: { daily: 1 } }))
      .thenAnswered({ result: { settings: { caps: { daily: 1 }, creditThreshold: 5 } } });
    given(history)
      .when(set({ creditThreshold: null }))
      .thenAnswered({ result: { settings: { creditThreshold: null, version: 2 } } });
    given(history)
      .when(set({ creditThreshold: 0.5 }))
      .thenAnswered({ refusal: { code: 'VALIDATION_ERROR', reason: 'invalid_credit_threshold' } });
  });

  it.each([[{ daily: -1 }], [{ monthly: 1.5 }]])('%j is refused', (caps) =>
    given([])
      .when(change(caps))
      .thenAnswered({ refusal: { code: 'VALIDATION_ERROR', reason: 'invalid_caps' } }),
  );

  it('are not set back by a late copy of an older change', () => {
    const first = change({ daily: 1 });
    const events = (sent: typeof first, history: readonly AppliedEvent[]) =>
      given(history)
        .when(sent)
        .events.map((event) => ({ ...event, orgId: ORG, time: at(0), commandId: sent.id }) as AppliedEvent);
    const once = events(first, []);
    const twice = [...once, ...events(change({ daily: 2 }), once)];
    const copy = given(twice).when(first);
    copy.thenDecided([]);
    copy.thenAnswered({ replayed: true, result: { settings: { caps: { daily: 2 } } } });
    expect(copy.events).toEqual([]);
  });
});
