import fc from 'fast-check';
import { assignSticky, type GroupMember } from '../../../src/log/kafka/sticky-assignment.js';

const MAX_PARTITIONS = 40;
const members = fc
  .uniqueArray(fc.string({ minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 12 })
  .chain((ids) =>
    fc.tuple(
      ...ids.map((id) =>
        fc.array(fc.nat({ max: MAX_PARTITIONS + 5 }), { maxLength: 20 }).map((held): GroupMember => ({ id, held })),
      ),
    ),
  );
const counts = (assigned: ReadonlyMap<string, readonly number[]>) => [...assigned.values()].map(({ length }) => length);
const after = (assigned: ReadonlyMap<string, readonly number[]>): GroupMember[] =>
  [...assigned].map(([id, held]) => ({ id, held }));
const movedFrom = (before: ReadonlyMap<string, readonly number[]>, now: ReadonlyMap<string, readonly number[]>) =>
  [...before].flatMap(([id, held]) => held.filter((partition) => !(now.get(id) ?? []).includes(partition))).length;

describe('the sticky assigner', () => {
  it('gives every partition to exactly one member, in shares that differ by one at most, whatever they claim', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: MAX_PARTITIONS }), members, (count, group) => {
        const assigned = assignSticky(count, group);
        const all = [...assigned.values()].flat().toSorted((a, b) => a - b);
        expect(all).toEqual(Array.from({ length: count }, (_, partition) => partition));
        expect(Math.max(...counts(assigned)) - Math.min(...counts(assigned))).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('moves nothing when nobody comes or goes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: MAX_PARTITIONS }), members, (count, group) => {
        const before = assignSticky(count, group);
        expect(movedFrom(before, assignSticky(count, after(before)))).toBe(0);
      }),
    );
  });

  it('moves only what a newcomer needs, and only what a leaver held', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: MAX_PARTITIONS }), members, (count, group) => {
        const before = assignSticky(count, group);
        const joined = assignSticky(count, [...after(before), { id: '~new', held: [] }]);
        expect(movedFrom(before, joined)).toBe(joined.get('~new')?.length);
        const left = assignSticky(count, after(joined).slice(0, -1));
        const stayed = new Map([...joined].slice(0, -1));
        expect(movedFrom(stayed, left)).toBe(0);
      }),
    );
  });

  it('gives the same answer on every machine', () => {
    const group = [
      { id: 'b', held: [0, 1, 2] },
      { id: 'a', held: [2, 3] },
    ];
    expect(assignSticky(4, group)).toEqual(assignSticky(4, group.toReversed()));
  });

  it('leaves members without work when there are more of them than partitions', () => {
    const assigned = assignSticky(1, [
      { id: 'a', held: [] },
      { id: 'b', held: [0] },
    ]);
    expect(assigned.get('b')).toEqual([0]);
    expect(assigned.get('a')).toEqual([]);
  });
});
