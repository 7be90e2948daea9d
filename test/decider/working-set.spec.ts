import { emptyAccount } from '../../src/domain/credits/account.js';
import { instantOf } from '../../src/domain/kernel/instant.js';
import type { CommandId, EnrichmentId, OrgId, PersonId } from '../../src/domain/kernel/ids.js';
import type { StateByKind } from '../../src/domain/state.js';
import { streams } from '../../src/domain/streams.js';
import { sizeOf } from '../../src/decider/state-size.js';
import { WorkingSet } from '../../src/decider/working-set.js';

const orgOf = (name: string): OrgId => name as OrgId;
const key = (name: string) => streams.account(orgOf(name));
const state = (name: string, balance = 0) => ({ ...emptyAccount(orgOf(name)), balance });
const stored = (name: string, seq: number) => ({ key: key(name), seq, state: state(name, seq) });
const recentKey = (id: string) => streams.recent(orgOf('o'), id as CommandId);
const recentState = (expiresAtMs: number) => ({
  commandType: 'RecordPerson',
  status: 'created',
  references: [],
  refusal: null,
  fingerprint: null,
  expiresAt: instantOf(expiresAtMs),
});

const entryBytes = (): number => {
  const one = new WorkingSet(() => 0);
  one.take([stored('a', 1)]);
  return one.bytes;
};

it('evicts the stream that was used least recently, and knows that it is cold then', () => {
  const set = new WorkingSet(() => 2 * entryBytes());
  set.take([stored('a', 1), stored('b', 2), stored('c', 3)]);
  set.get(key('a'));
  set.evict();
  expect(['a', 'b', 'c'].map((name) => set.knows(key(name)))).toEqual([true, false, true]);
});

it('does not forget over a snapshot that a stream was used', () => {
  const set = new WorkingSet(() => entryBytes());
  set.change(key('a'), state('a', 1), 1);
  set.change(key('b'), state('b', 1), 2);
  set.get(key('a'));
  set.markSaved(set.changes());
  set.evict();
  expect([set.knows(key('a')), set.knows(key('b'))]).toEqual([true, false]);
});

it('does not evict between batches what no snapshot holds, whatever the limit', () => {
  const set = new WorkingSet(() => 0);
  set.change(key('a'), state('a', 1), 1);
  set.take([stored('b', 2)]);
  set.evict();
  expect([set.knows(key('a')), set.knows(key('b'))]).toEqual([true, false]);
  expect(set.unsavedBytes).toBe(set.bytes);
});

it('keeps a stream unsaved that has changed since the snapshot was taken', () => {
  const set = new WorkingSet(() => 0);
  set.change(key('a'), state('a', 1), 1);
  set.change(key('b'), state('b', 1), 2);
  const snapshot = set.changes();
  set.change(key('a'), state('a', 2), 3);
  set.markSaved(snapshot);
  set.evict();
  expect(set.get(key('a'))?.balance).toBe(2);
  expect(set.changes()).toEqual([{ key: key('a'), seq: 3, state: state('a', 2) }]);
  expect(set.knows(key('b'))).toBe(false);
});

it('knows that what was looked for and not found is empty', () => {
  const set = new WorkingSet(() => 1_000_000);
  set.take([], [key('a')]);
  expect([set.knows(key('a')), set.get(key('a')), set.knows(key('b'))]).toEqual([true, undefined, false]);
});

it('never takes an older row over what has changed since', () => {
  const set = new WorkingSet(() => 1_000_000);
  set.change(key('a'), state('a', 9), 9);
  set.take([stored('a', 3)]);
  expect([set.get(key('a'))?.balance, set.seqOf(key('a'))]).toEqual([9, 9]);
});

it('holds recent answers complete: a miss means empty, they are never evicted and leave when they expire', () => {
  const set = new WorkingSet(() => 0);
  set.take([{ key: recentKey('stored'), seq: 1, state: recentState(100) }]);
  set.change(recentKey('new'), recentState(200), 2);
  set.markSaved(set.changes());
  set.evict();
  expect(set.knows(recentKey('unknown'))).toBe(true);
  expect([set.get(recentKey('stored')), set.get(recentKey('new'))]).toMatchObject([recentState(100), recentState(200)]);
  set.prune(100);
  expect([set.get(recentKey('stored')), set.get(recentKey('new'))]).toMatchObject([undefined, recentState(200)]);
});

it('gives what is saved the room that the others leave, and never less than half', () => {
  let bytesMax = 1_000_000;
  const set = new WorkingSet(() => bytesMax);
  set.take(Array.from({ length: 100 }, (_, n) => stored(`saved-${n}`, n)));
  const savedBytes = set.bytes;
  set.take(Array.from({ length: 50 }, (_, n) => ({ key: recentKey(`r${n}`), seq: n, state: recentState(100) })));
  const recentBytes = set.bytes - savedBytes;
  bytesMax = recentBytes + 0.6 * savedBytes;
  set.evict();
  expect(set.bytes / bytesMax).toBeCloseTo(1, 1);
  bytesMax = recentBytes;
  set.evict();
  expect((set.bytes - recentBytes) / bytesMax).toBeCloseTo(0.5, 1);
  set.prune(100);
  expect(set.bytes / bytesMax).toBeCloseTo(0.5, 1);
});

it('evicts enrichments that have ended before anything else, and those still at work like all others', () => {
  const enrichment = (name: string, pending: object | null, seq: number) => ({
    key: streams.enrichment(name as EnrichmentId),
    seq,
    state: { pending } as StateByKind['enrichment'],
  });
  let bytesMax = 1_000_000;
  const set = new WorkingSet(() => bytesMax);
  set.take([stored('a', 1), enrichment('at-work', {}, 2), enrichment('ended', null, 3)]);
  set.get(streams.enrichment('ended' as EnrichmentId));
  const left = (): readonly string[] =>
    [key('a'), streams.enrichment('at-work' as EnrichmentId), streams.enrichment('ended' as EnrichmentId)].filter(
      (one) => set.knows(one),
    );
  bytesMax = set.bytes - 1;
  set.evict();
  expect(left()).toEqual(['account/a', 'enrichment/at-work']);
  bytesMax = set.bytes - 1;
  set.evict();
  expect(left()).toEqual(['enrichment/at-work']);
});

it('gives a recent answer back as it was, refused or not', () => {
  const set = new WorkingSet(() => 0);
  const refusal = { code: 'CAP_EXCEEDED', reason: 'daily_cap', details: { left: 3 } } as const;
  const refused = { ...recentState(100), status: null, references: null, refusal, fingerprint: 'f' };
  const answered = { ...recentState(200), references: ['e1', 'e2'] };
  set.take([
    { key: recentKey('refused'), seq: 7, state: refused },
    { key: recentKey('answered'), seq: 8, state: answered },
  ]);
  expect([set.get(recentKey('refused')), set.seqOf(recentKey('refused'))]).toEqual([refused, 7]);
  expect([set.get(recentKey('answered')), set.seqOf(recentKey('answered'))]).toEqual([answered, 8]);
});

it('accounts for every byte it holds', () => {
  const set = new WorkingSet(() => 0);
  for (let round = 1; round <= 5; round += 1) {
    set.change(key('a'), state('a', round), round);
    set.take([stored('b', round), stored('c', round)], [key('d')]);
    set.change(recentKey('r'), recentState(round), round);
    set.markSaved(set.changes());
  }
  set.prune(5);
  set.evict();
  expect([set.bytes, set.unsavedBytes, set.unsavedStreams]).toEqual([0, 0, 0]);
});

it('sizes a state by what is in it', () => {
  const small = sizeOf(state('a'));
  expect(sizeOf({ ...state('a'), hash: 'x'.repeat(1_064) })).toBe(small + 1_000);
  expect(sizeOf([1, 'four', null, true])).toBeGreaterThan(0);
});

describe('beneath a person that began here', () => {
  const person = streams.person(orgOf('o'), 'p' as PersonId);
  const current = streams.current(orgOf('o'), 'p' as PersonId, 'emails', 'default');
  const recorded = { personId: 'p', erased: false } as unknown as StateByKind['person'];
  const counted = { enrichmentId: 'e' } as StateByKind['current'];

  it('nothing has to be looked for', () => {
    const set = new WorkingSet(() => 1_000_000);
    set.change(person, recorded, 1, true);
    set.markSaved(set.changes());
    set.change(person, recorded, 2);
    expect([set.knows(current), set.get(current)]).toEqual([true, undefined]);
    expect(set.knows(streams.current(orgOf('o'), 'other' as PersonId, 'emails', 'default'))).toBe(false);
  });

  it('everything is cold once anything was evicted', () => {
    let bytesMax = 1_000_000;
    const set = new WorkingSet(() => bytesMax);
    set.change(person, recorded, 1, true);
    set.change(current, counted, 2);
    set.markSaved(set.changes());
    set.get(person); // Used last, so it stays.
    bytesMax = set.bytes - 1;
    set.evict();
    expect([set.knows(person), set.knows(current)]).toEqual([true, false]);
  });

  it('nothing is known of a person that was replayed or loaded: it may have begun before', () => {
    const set = new WorkingSet(() => 1_000_000);
    set.change(person, recorded, 1);
    expect(set.knows(current)).toBe(false);
    const loaded = new WorkingSet(() => 1_000_000);
    loaded.take([{ key: person, seq: 1, state: recorded }]);
    loaded.change(person, recorded, 2);
    expect(loaded.knows(current)).toBe(false);
  });
});
