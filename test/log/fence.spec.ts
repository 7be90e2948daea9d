import fc from 'fast-check';
import { encodeClaim, encodeEvent } from '../../src/events/codec.js';
import { UnknownEventType } from '../../src/events/catalogue.js';
import { LogCorrupted } from '../../src/log/errors.js';
import { checkpointOf, fenceAt, passRecord, passRecords, type FenceState } from '../../src/log/fence.js';
import type { LogRecord } from '../../src/log/log.js';
import { pending } from './contract/harness.js';

const PARTITION = 3;
type Claimed = { readonly claim: string; readonly after: string | null };
type Written = Claimed | { readonly claim: string; readonly seq: number };

const first: Claimed = { claim: 'a', after: null };
const renewed: Claimed = { claim: 'a', after: 'a' };

const textOf = (written: Written): string =>
  'seq' in written
    ? encodeEvent(pending(written.seq), { partition: PARTITION, ...written })
    : encodeClaim({
        partition: PARTITION,
        claim: written.claim,
        renewal: 0,
        timeMs: 0,
        data: { by: 'somebody', after: written.after, seq: 0, end: '0' },
      });

const recordOf = (text: string, offset: number): LogRecord => ({
  offset: BigInt(offset),
  timestampMs: 0,
  key: null,
  value: Buffer.from(text),
});
const recordsOf = (...log: readonly Written[]) => log.map((written, offset) => recordOf(textOf(written), offset));

const verdictsOf = (records: readonly LogRecord[]): readonly string[] => {
  let fence = fenceAt(null);
  return records.map((record) => {
    const passed = passRecord(fence, record, PARTITION);
    fence = passed.fence;
    return passed.verdict.kind;
  });
};

describe('the reader rules (DESIGN §2.2, EV-03)', () => {
  it('count only records of the newest claim, compared by id', () => {
    const log = recordsOf(
      first,
      { claim: 'a', seq: 1 },
      { claim: 'b', after: 'a' },
      { claim: 'a', seq: 2 },
      { claim: 'b', seq: 2 },
    );
    expect(verdictsOf(log)).toEqual(['claim', 'event', 'claim', 'void', 'event']);
  });

  it('never take a claim back that another one has followed, however late copies of it or of its renewal arrive', () => {
    const log = recordsOf(
      first,
      { claim: 'b', after: 'a' },
      first,
      renewed,
      { claim: 'a', seq: 1 },
      { claim: 'b', after: 'a' },
      { claim: 'b', seq: 1 },
    );
    expect(verdictsOf(log)).toEqual(['claim', 'claim', 'void', 'void', 'void', 'void', 'event']);
  });

  it('let the first of two who claim after the same claim win', () => {
    const log = recordsOf(
      first,
      { claim: 'b', after: 'a' },
      { claim: 'c', after: 'a' },
      { claim: 'c', seq: 1 },
      { claim: 'b', seq: 1 },
    );
    expect(verdictsOf(log)).toEqual(['claim', 'claim', 'void', 'void', 'event']);
  });

  it('stop at a claim whose writer has counted otherwise: one of the two has read another log', () => {
    const standing = (seq: number, end: number): LogRecord =>
      recordOf(
        encodeClaim({
          partition: PARTITION,
          claim: 'b',
          renewal: 0,
          timeMs: 0,
          data: { by: 'x', after: 'a', seq, end: String(end) },
        }),
        4,
      );
    const before = recordsOf(first, { claim: 'a', seq: 1 }, { claim: 'a', seq: 2 }, { claim: 'a', seq: 2 });
    const { fence } = passRecords(fenceAt(null), before, PARTITION);
    const kindAfter = (seq: number, end: number) => passRecord(fence, standing(seq, end), PARTITION).verdict.kind;
    expect([kindAfter(2, 4), kindAfter(2, 3), kindAfter(1, 2), kindAfter(0, 0)]).toEqual(Array(4).fill('claim'));
    for (const [seq, end] of [
      [3, 4],
      [1, 4],
      [0, 3],
      [2, 5],
    ] as const) {
      expect(() => kindAfter(seq, end)).toThrow(LogCorrupted);
    }
  });

  it('stop at a claim that does not say whom it follows', () => {
    const text = textOf(first).replace('"after":null,', '');
    expect(() => passRecord(fenceAt(null), recordOf(text, 0), PARTITION)).toThrow(LogCorrupted);
  });

  it('skip what stands before the first claim', () => {
    expect(verdictsOf(recordsOf({ claim: 'a', seq: 1 }, first, { claim: 'a', seq: 1 }))).toEqual([
      'void',
      'claim',
      'event',
    ]);
  });

  it('skip duplicates by seq, also over a renewal', () => {
    const log = recordsOf(
      first,
      { claim: 'a', seq: 1 },
      { claim: 'a', seq: 1 },
      renewed,
      { claim: 'a', seq: 1 },
      { claim: 'a', seq: 2 },
    );
    expect(verdictsOf(log)).toEqual(['claim', 'event', 'duplicate', 'claim', 'duplicate', 'event']);
  });

  it('stop at a gap', () => {
    expect(() => verdictsOf(recordsOf(first, { claim: 'a', seq: 2 }))).toThrow(LogCorrupted);
  });

  it('stop at a record that cannot be read', () => {
    expect(() => passRecord(fenceAt(null), recordOf('{"no":"event"}', 0), PARTITION)).toThrow(LogCorrupted);
  });

  it('stop at an unknown type that counts, and skip one that is void', () => {
    const unknown = (claim: string) => textOf({ claim, seq: 1 }).replace('BatchDecided', 'CoinsCounted');
    const claimed = passRecords(fenceAt(null), recordsOf(first), PARTITION).fence;
    expect(() => passRecord(claimed, recordOf(unknown('a'), 1), PARTITION)).toThrow(UnknownEventType);
    expect(passRecord(claimed, recordOf(unknown('z'), 1), PARTITION).verdict).toEqual({ kind: 'void' });
  });

  it('name who has claimed', () => {
    expect(passRecord(fenceAt(null), recordOf(textOf(first), 0), PARTITION).verdict).toEqual({
      kind: 'claim',
      by: 'somebody',
    });
  });
});

describe('a checkpoint', () => {
  it('is none before the first claim', () => {
    expect(
      checkpointOf(PARTITION, passRecords(fenceAt(null), recordsOf({ claim: 'a', seq: 1 }), PARTITION).fence),
    ).toBeNull();
  });

  it('holds where the reader stands, and a reader that starts with it stands there', () => {
    const { fence } = passRecords(
      fenceAt(null),
      recordsOf(first, { claim: 'a', seq: 1 }, { claim: 'z', seq: 9 }),
      PARTITION,
    );
    const checkpoint = checkpointOf(PARTITION, fence);
    const timeMs = Date.UTC(2026, 10, 21) + 1;
    expect(checkpoint).toEqual({
      partition: PARTITION,
      offset: 2n,
      claim: 'a',
      seq: 1,
      timeMs,
      commandOffset: 1n,
      commandId: 'command-1',
    });
    expect(fenceAt(checkpoint)).toEqual(fence);
  });
});

/** Writers that obey the protocol, whatever the network makes of their records: owners, zombies, late copies. */
const anyLog = fc.array(
  fc.record({
    kind: fc.constantFrom('claim', 'renewal', 'slow claim', 'write', 'write', 'write', 'copy', 'zombie'),
    pick: fc.nat(1_000),
  }),
  { maxLength: 60 },
);

/** Plays the moves; the expectation is kept beside it, by hand, not by the fence. */
const play = (moves: readonly { kind: string; pick: number }[]) => {
  const log: Written[] = [];
  const counted: number[] = [];
  let claims = 0;
  for (const { kind, pick } of moves) {
    const current = claims === 0 ? null : `c${claims}`;
    if (kind === 'claim' || current === null) log.push({ claim: `c${(claims += 1)}`, after: current });
    else if (kind === 'renewal') log.push({ claim: current, after: current });
    else if (kind === 'slow claim') log.push({ claim: `late${log.length}`, after: `c${pick % claims}` });
    else if (kind === 'write') {
      counted.push(counted.length + 1);
      log.push({ claim: current, seq: counted.length });
    } else if (kind === 'zombie' && claims > 1)
      log.push({ claim: `c${1 + (pick % (claims - 1))}`, seq: 1 + (pick % 7) });
    else if (kind === 'copy') log.push(log[pick % log.length]!);
  }
  return { log, counted };
};

describe('whatever the network does', () => {
  it('every confirmed event counts once and in order, however the log is cut into reads', () => {
    fc.assert(
      fc.property(anyLog, fc.integer({ min: 1, max: 7 }), (moves, size) => {
        const { log, counted } = play(moves);
        const records = recordsOf(...log);
        const seqs: number[] = [];
        let fence: FenceState = fenceAt(null);
        for (let from = 0; from < records.length; from += size) {
          const passed = passRecords(fence, records.slice(from, from + size), PARTITION);
          seqs.push(...passed.events.map(({ seq }) => seq));
          const checkpoint = checkpointOf(PARTITION, passed.fence);
          fence = checkpoint === null ? passed.fence : fenceAt(checkpoint);
        }
        expect(seqs).toEqual(counted);
        expect(verdictsOf(records).filter((kind) => kind === 'event')).toHaveLength(counted.length);
      }),
    );
  });
});
