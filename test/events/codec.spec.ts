import type { CommandId, GrantId, OrgId } from '../../src/domain/kernel/ids.js';
import { UnknownEventType } from '../../src/events/catalogue.js';
import {
  decodeEvent,
  encodeClaim,
  encodeEvent,
  EventUnreadable,
  parseEvent,
  type PendingEvent,
} from '../../src/events/codec.js';
import { UnknownEventVersion } from '../../src/events/upcasters.js';
import { stampedEvent } from '../support/events.js';

const STAMP = { partition: 3, claim: '9f2c41d07b', seq: 10482 };
const PENDING: PendingEvent = {
  type: 'CreditsExpired',
  subject: 'account/org_2x',
  data: {
    entry: 7,
    prevHash: '0'.repeat(64),
    hash: 'f'.repeat(64),
    grants: [{ grantId: 'g1' as GrantId, delta: -5 }],
    available: 12,
    grantId: 'g1' as GrantId,
    amount: 5,
  },
  orgId: 'org_2x' as OrgId,
  timeMs: Date.UTC(2026, 10, 21, 1, 2, 3, 4),
  commandOffset: 99120n,
  commandId: 'b1' as CommandId,
  correlationId: 'request "1"\n',
};
const PLACE = { partition: 3, offset: 20_000n };

const withChange = (from: string, to: string): string => {
  const text = encodeEvent(PENDING, STAMP);
  expect(text).toContain(from);
  return text.replace(from, to);
};

describe('an event in the log (EV-01)', () => {
  it('is structured CloudEvents JSON with the attributes of DESIGN §2.4, in this order', () => {
    const json = JSON.parse(encodeEvent(PENDING, STAMP)) as Record<string, unknown>;
    expect(Object.entries(json)).toEqual([
      ['specversion', '1.0'],
      ['id', '3-9f2c41d07b-10482'],
      ['source', '/tributary'],
      ['type', 'CreditsExpired'],
      ['subject', 'account/org_2x'],
      ['time', '2026-11-21T01:02:03.004Z'],
      ['orgid', 'org_2x'],
      ['claim', '9f2c41d07b'],
      ['seq', '10482'],
      ['commandoffset', '99120'],
      ['commandid', 'b1'],
      ['correlationid', 'request "1"\n'],
      ['dataversion', 1],
      ['data', PENDING.data],
    ]);
  });

  it('is read back as it was stamped', () => {
    expect(decodeEvent(encodeEvent(PENDING, STAMP), PLACE)).toEqual(stampedEvent(PENDING, STAMP, 20_000n));
  });

  it('is not understood when its type is unknown', () => {
    expect(() => decodeEvent(withChange('CreditsExpired', 'CreditsForgotten'), PLACE)).toThrow(UnknownEventType);
    expect(() => decodeEvent(withChange('"type":"CreditsExpired"', '"type":"toString"'), PLACE)).toThrow(
      UnknownEventType,
    );
  });

  it('is not understood when its version is newer than the reader', () => {
    expect(() => decodeEvent(withChange('"dataversion":1', '"dataversion":2'), PLACE)).toThrow(UnknownEventVersion);
  });

  it.each([
    ['no JSON', 'x'],
    ['a number', '7'],
    ['null', 'null'],
    ['no claim', '{"type":"CreditsExpired","dataversion":1}'],
  ])('is unreadable as %s', (_, text) => expect(() => parseEvent(text)).toThrow(EventUnreadable));

  it.each(['0', '-1', '1.5', 'x', '9007199254740993'])('is unreadable with seq %s', (seq) =>
    expect(() => decodeEvent(withChange('"seq":"10482"', `"seq":"${seq}"`), PLACE)).toThrow(EventUnreadable),
  );

  it('as a claim record carries the claim and no seq', () => {
    const data = { by: 'process "1"', after: 'c1', seq: 7, end: '12' };
    const text = encodeClaim({ partition: 3, claim: 'c1', renewal: 2, timeMs: PENDING.timeMs, data });
    expect(JSON.parse(text)).toEqual({
      specversion: '1.0',
      id: '3-c1-c2',
      source: '/tributary',
      type: 'PartitionClaimed',
      subject: 'partition/3',
      time: '2026-11-21T01:02:03.004Z',
      claim: 'c1',
      dataversion: 1,
      data,
    });
    expect(decodeEvent(text, PLACE)).toBeNull();
  });
});
