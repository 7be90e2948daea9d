import type { Command } from '../../src/domain/command.js';
import type { CommandId } from '../../src/domain/kernel/ids.js';
import { streamsOf, streamsOfEvent } from '../../src/domain/streams-of.js';
import type { AppliedEvent } from '../../src/domain/evolve.js';
import {
  cancel,
  command,
  enrichmentId,
  expire,
  expireGrants,
  grant,
  hashOfKey,
  personId,
  record,
  request,
  response,
  sealed,
} from './fixtures.js';
import { finished, granted, happened, recorded, requested } from './history.js';
import { replay } from './world.js';

const EMPTY: readonly AppliedEvent[] = [];
const ID = { id: 'c-1' as CommandId };
const KEYED = { ...ID, keyed: true } as const;
const BASE = ['account/org_1', 'recent/org_1/c-1'];
const known = [granted(9), recorded('ada'), ...requested('ada')];
const ADA = 'enrichment/enrichment-ada';
const ORG_PAYS = ['settings/org_1', 'spending/org_1'];
const CURRENT = 'current/org_1/person-ada/emails/default';
const answeredWith = (references: readonly string[]) =>
  happened(
    'CommandAnswered',
    { commandType: 'x', status: 'x', references, fingerprint: null, expiresAt: '2026-11-22T01:02:03.004Z' as never },
    { commandId: 'c-1' },
  );

describe('the streams that deciding needs', () => {
  it.each<[string, Command, readonly AppliedEvent[], readonly string[]]>([
    ['expiring grants', expireGrants(ID), EMPTY, []],
    ['a keyed grant', grant(1, {}, KEYED), EMPTY, ['request/org_1/c-1']],
    ['a response', response(enrichmentId('ada'), {}, ID), EMPTY, [ADA]],
    ['an expiry', expire(enrichmentId('ada'), ID), EMPTY, [ADA]],
    ['cancelling', cancel('ada', {}, ID), EMPTY, [CURRENT]],
    ['a response to a pending one: who paid', response(enrichmentId('ada'), {}, ID), known, [ADA, 'spending/org_1']],
    ['cancelling, once current is known', cancel('ada', {}, ID), known, [CURRENT, ADA, 'spending/org_1']],
    ['changing settings', command('ChangeSettings', { by: 'user_1' }, ID), EMPTY, ['settings/org_1']],
    ['a request', request(['ada'], {}, ID), EMPTY, ['person/org_1/person-ada', CURRENT, ...ORG_PAYS]],
    [
      'a request of a key',
      request(['ada'], { createdBy: 'key:k' }, ID),
      EMPTY,
      ['person/org_1/person-ada', CURRENT, ...ORG_PAYS, 'spending/org_1/key:k'],
    ],
    [
      'a request, once current is known',
      request(['ada'], {}, ID),
      known,
      ['person/org_1/person-ada', CURRENT, ADA, ...ORG_PAYS],
    ],
    [
      'a person',
      record({ personId: personId('eve'), identities: [hashOfKey('ada'), hashOfKey('new')] }, ID),
      EMPTY,
      ['identity/org_1/hash-ada', 'identity/org_1/hash-new', 'person/org_1/person-eve'],
    ],
    [
      'a person, once its owner is known',
      record({ mergedInto: { personId: personId('bob'), over: sealed('bob') } }, ID),
      known,
      ['identity/org_1/hash-ada', 'person/org_1/person-ada', 'person/org_1/person-bob'],
    ],
    [
      'a keyed request that was answered',
      request(['ada'], {}, KEYED),
      [answeredWith(['enrichment-old'])],
      ['request/org_1/c-1', 'enrichment/enrichment-old', 'person/org_1/person-ada', CURRENT, ...ORG_PAYS],
    ],
    [
      'a keyed person that was answered',
      record({}, KEYED),
      [answeredWith(['person-old'])],
      ['request/org_1/c-1', 'person/org_1/person-old', 'identity/org_1/hash-ada'],
    ],
    ['a keyed grant that was answered', grant(1, {}, KEYED), [answeredWith(['grant-old'])], ['request/org_1/c-1']],
  ])('of %s', (_what, sent, history, expected) => {
    const named = streamsOf(sent, replay(history));
    expect([...new Set(named)].sort()).toEqual([...BASE, ...expected].sort());
  });
});

describe('the streams that folding reads', () => {
  const [asked, reserved] = requested('ada');
  const [released, ended] = finished('ada', 'cancelled');
  const [captured] = finished('ada', 'found');
  const responded = (late: boolean) =>
    happened('ProviderResponded', { enrichmentId: enrichmentId('ada'), late } as never);

  const created = recorded('ada') as AppliedEvent & { readonly type: 'PersonRecorded' };

  it.each<[AppliedEvent | undefined, readonly string[]]>([
    [created, []],
    [{ ...created, data: { ...created.data, merged: true } }, ['person/org_1/person-ada']],
    [asked, []],
    [reserved, ['account/org_1', 'spending/org_1', ADA]],
    [captured, ['account/org_1', ADA]],
    [released, ['account/org_1', ADA]],
    [
      happened('SettingsChanged', {
        settings: { caps: { daily: 1, monthly: null }, creditThreshold: null },
        version: 1,
        by: 'x',
      }),
      ['account/org_1'],
    ],
    [ended, [ADA]],
    [responded(false), [ADA]],
    [responded(true), []],
    [granted(1), ['account/org_1']],
    [answeredWith([]), []],
    [happened('PartitionClaimed', { by: 'x', after: null, seq: 0, end: '0' }), []],
    [happened('BatchDecided', { commands: 1 }), []],
  ])('%j', (event, keys) => expect(streamsOfEvent(event!, replay([]))).toEqual(keys));

  it('of a release are those of who paid, once the enrichment is known', () =>
    expect(streamsOfEvent(released!, replay(known))).toEqual(['account/org_1', ADA, 'spending/org_1']));
});
