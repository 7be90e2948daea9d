import { Draft } from '../../src/domain/draft.js';
import { evolve } from '../../src/domain/evolve.js';
import type { EventType } from '../../src/events/event.js';
import { CATALOGUE } from '../../src/events/catalogue.js';
import { anyWorld } from './any-world.js';
import { granted, happened, recorded, requested } from './history.js';
import { replay } from './world.js';

describe('evolve', () => {
  it('folds every type of the catalogue', () => {
    const types = new Set(anyWorld().log.map(({ type }) => type));
    const protocol: readonly EventType[] = ['PartitionClaimed', 'BatchDecided'];
    expect([...types, ...protocol].sort()).toEqual(Object.keys(CATALOGUE).sort());
  });

  it.each(['PartitionClaimed', 'BatchDecided'] as const)('%s changes no stream', (type) =>
    expect(evolve(replay([]), happened(type, {} as never))).toEqual([]),
  );

  it('throws on a type it does not know: never skipped silently', () =>
    expect(() => evolve(replay([]), happened('CreditsBorrowed' as never, {} as never))).toThrow('unexpected value'));

  it('a log that names what was never requested is corrupt', () => {
    const [, reserved] = requested('ada');
    expect(() => replay([granted(3), reserved!])).toThrow('was never requested');
  });
});

describe('a draft', () => {
  it('shows changes on top of its base and leaves the base alone', () => {
    const base = replay([recorded('ada')]);
    const draft = new Draft(base);
    draft.apply(granted(5));
    expect(draft.get('account/org_1')?.balance).toBe(5);
    expect(draft.get('person/org_1/person-ada')).toBe(base.get('person/org_1/person-ada'));
    expect(base.get('account/org_1')).toBeUndefined();
    expect([...draft.changes.keys()]).toEqual(['account/org_1']);
  });
});
