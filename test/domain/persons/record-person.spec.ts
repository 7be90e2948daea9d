import type { OrgId } from '../../../src/domain/kernel/ids.js';
import { streams } from '../../../src/domain/streams.js';
import { given } from '../../support/given.js';
import { at, hashOfKey, keyId, ORG, personId, record, sealed } from '../fixtures.js';
import { recorded, withErased } from '../history.js';
import { World } from '../world.js';

const known = [recorded('ada'), recorded('bob')];
const ownerOf = (world: World, name: string) => world.state.get(streams.identity(ORG, hashOfKey(name)))?.personId;

describe('PR-01 a new person', () => {
  it('is recorded with its keys, under an id of its own', () => {
    const decided = given([]).when(record({ identities: [hashOfKey('ada'), hashOfKey('ada-2'), hashOfKey('ada')] }));
    const id = expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab]/);
    decided.thenDecided([
      {
        type: 'PersonRecorded',
        subject: expect.stringMatching(/^person\//),
        data: {
          personId: id,
          keyId: keyId('ada'),
          keyIds: [keyId('ada')],
          identities: [hashOfKey('ada'), hashOfKey('ada-2')],
          sealed: sealed('ada'),
          source: 'api',
          merged: false,
        },
      },
    ]);
    decided.thenAnswered({ result: { personId: id, existing: false, keyId: keyId('ada'), sealed: sealed('ada') } });
  });

  it('takes the id the client chose', () =>
    given([])
      .when(record({ personId: personId('chosen') }))
      .thenAnswered({ result: { personId: personId('chosen'), existing: false } }));

  it('owns its identity keys from then on', () => {
    const world = new World();
    world.send(record({ personId: personId('ada'), identities: [hashOfKey('ada'), hashOfKey('ada-2')] }));
    expect([ownerOf(world, 'ada'), ownerOf(world, 'ada-2')]).toEqual([personId('ada'), personId('ada')]);
    expect(world.state.get(streams.person(ORG, personId('ada')))).toMatchObject({ erased: false, recordedAt: at(0) });
  });

  it('needs an identity', () =>
    given([])
      .when(record({ identities: [] }))
      .thenAnswered({ refusal: { code: 'VALIDATION_ERROR', reason: 'identity_required' } }));

  it('is not the one of another org', () =>
    given(known)
      .when(record({}, { orgId: 'org_2' as OrgId }))
      .thenAnswered({ result: { existing: false } }));
});

describe('PR-01 a known identity', () => {
  it('picks the person; nothing new, nothing recorded', () => {
    const decided = given(known).when(record({ sealed: sealed('as-sent') }));
    decided.thenDecided([{ type: 'CommandAnswered', data: { status: 'existing', references: [personId('ada')] } }]);
    decided.thenAnswered({ result: { personId: personId('ada'), existing: true, sealed: sealed('ada') } });
  });

  it('EN-17 attaches unowned keys and leaves the sealed identity as it was', () => {
    const identities = [hashOfKey('new'), hashOfKey('ada')];
    const decided = given(known).when(record({ identities, sealed: sealed('as-sent') }));
    const data = {
      personId: personId('ada'),
      identities: [hashOfKey('ada'), hashOfKey('new')],
      sealed: sealed('ada'),
      merged: true,
    };
    decided.thenDecided([{ type: 'PersonRecorded', data }]);
    decided.thenAnswered({ result: { personId: personId('ada'), existing: true, sealed: sealed('ada') } });
  });

  it('DESIGN §6 keeps every key that sealed something about the person, for erasing', () => {
    const decided = given(known).when(record({ keyId: keyId('other') }));
    decided.thenDecided([{ data: { keyId: keyId('ada'), keyIds: [keyId('ada'), keyId('other')] } }]);
  });

  it('may be named with the id of its person', () =>
    given(known)
      .when(record({ personId: personId('ada') }))
      .thenAnswered({ result: { personId: personId('ada'), existing: true } }));

  it('wins over an id that nobody has', () =>
    given(known)
      .when(record({ personId: personId('nobody') }))
      .thenAnswered({ result: { personId: personId('ada'), existing: true } }));

  it('keeps the time of the first recording', () => {
    const world = new World();
    world.send(record({ personId: personId('ada') }));
    world.wait(5);
    world.send(record({ identities: [hashOfKey('ada'), hashOfKey('new')] }, { sentAtMs: world.nowMs }));
    expect(world.state.get(streams.person(ORG, personId('ada')))).toMatchObject({
      recordedAt: at(0),
      identities: [hashOfKey('ada'), hashOfKey('new')],
    });
    expect(ownerOf(world, 'new')).toBe(personId('ada'));
  });
});

describe('merging', () => {
  const merge = (over: string, data: Parameters<typeof record>[0] = {}) =>
    record({ mergedInto: { personId: personId('ada'), over: sealed(over) }, sealed: sealed('merged'), ...data });

  it('replaces the sealed identity of the person it was merged into', () => {
    const decided = given(known).when(merge('ada'));
    decided.thenDecided([
      { type: 'PersonRecorded', data: { personId: personId('ada'), sealed: sealed('merged'), merged: true } },
    ]);
    decided.thenAnswered({ result: { existing: true, sealed: sealed('merged') } });
  });

  it('puts the keys of who merged first: only it knows their strength', () =>
    given(known)
      .when(merge('ada', { identities: [hashOfKey('strong'), hashOfKey('ada')] }))
      .thenDecided([{ data: { identities: [hashOfKey('strong'), hashOfKey('ada')] } }]));

  it('takes the key it was sealed under, and keeps the old one for erasing', () =>
    given(known)
      .when(merge('ada', { keyId: keyId('stronger') }))
      .thenDecided([{ data: { keyId: keyId('stronger'), keyIds: [keyId('ada'), keyId('stronger')] } }]));

  it('may bring keys that are new to the person alone', () =>
    given(known)
      .when(merge('ada', { identities: [hashOfKey('new')] }))
      .thenDecided([{ data: { personId: personId('ada'), identities: [hashOfKey('new'), hashOfKey('ada')] } }]));

  it.each([
    ['the person has changed since', merge('older')],
    [
      'the person is not there',
      record({ identities: [hashOfKey('x')], mergedInto: { personId: personId('x'), over: sealed('x') } }),
    ],
  ])('is stale when %s', (_what, command) =>
    given(known)
      .when(command)
      .thenAnswered({ refusal: { code: 'CONFLICT', reason: 'stale_person' } }),
  );

  it('of two senders at once only the first counts', () => {
    const world = new World();
    world.send(record({ personId: personId('ada') }));
    expect(world.send(merge('ada', { sealed: sealed('one') })).answer.kind).toBe('answered');
    expect(world.send(merge('ada', { sealed: sealed('two') })).answer).toMatchObject({
      refusal: { reason: 'stale_person' },
    });
    expect(world.state.get(streams.person(ORG, personId('ada')))?.sealed).toBe(sealed('one'));
  });
});

describe('PR-01 conflicts: persons are never merged by themselves', () => {
  const both = { personIds: [personId('bob'), personId('ada')] };

  it.each([
    [
      'identities of two persons',
      record({ identities: [hashOfKey('bob'), hashOfKey('ada')] }),
      'identity_conflict',
      both,
    ],
    [
      'the id of one, an identity of another',
      record({ personId: personId('ada'), identities: [hashOfKey('bob')] }),
      'identity_conflict',
      both,
    ],
    [
      'merged into one, an identity of another',
      record({ identities: [hashOfKey('bob')], mergedInto: { personId: personId('ada'), over: sealed('ada') } }),
      'identity_conflict',
      both,
    ],
    [
      'a given id that exists with another identity',
      record({ personId: personId('ada'), identities: [hashOfKey('unknown')] }),
      'person_exists',
      { personIds: [personId('ada')] },
    ],
  ])('%s', (_what, command, reason, details) => {
    const decided = given(known).when(command);
    decided.thenAnswered({ kind: 'refused', refusal: { code: 'CONFLICT', reason, details } });
    decided.thenDecided([{ type: 'CommandRefused' }]);
  });
});

describe('an erased person', () => {
  it.each([
    ['its identity', record({ identities: [hashOfKey('eve')] })],
    ['its identity among others', record({ identities: [hashOfKey('ada'), hashOfKey('eve')] })],
    ['its id', record({ personId: personId('eve'), identities: [hashOfKey('unknown')] })],
  ])('is gone when %s is named', (_what, command) =>
    given(known, withErased('eve'))
      .when(command)
      .thenAnswered({ kind: 'refused', refusal: { code: 'GONE', reason: 'erased_person' } }),
  );
});
