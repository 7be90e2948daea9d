import {
  NO_MARK,
  statementText,
  type LedgerMark,
  type LedgerStatement,
} from '../../../src/domain/credits/ledger-statement.js';
import type { Command } from '../../../src/domain/command.js';
import { streamsOf } from '../../../src/domain/streams-of.js';
import { sha256 } from '../../support/given.js';
import { canonicalJson } from '../canonical-json.js';
import { checkpoint, expireGrants, grant } from '../fixtures.js';
import { World } from '../world.js';

const markAfter = ({ data: { statement } }: Command<'CheckpointLedger'>): LedgerMark => ({
  upToSeq: statement.upToSeq,
  hash: statement.hash,
});

describe('CR-11 statements about the ledger of a partition', () => {
  it('what is signed is the RFC 8785 form of all that it says', () => {
    const { hash, signature, ...statement } = checkpoint(NO_MARK).data.statement;
    expect(signature).not.toBe('');
    expect(statementText(statement as LedgerStatement)).toBe(canonicalJson({ ...statement, v: 1 }));
    expect(hash).toBe(sha256(canonicalJson({ ...statement, v: 1 })));
  });

  it('each continues the one before: it names its hash and covers more', () => {
    const world = new World();
    const first = checkpoint(NO_MARK);
    const second = checkpoint(markAfter(first), { upToSeq: 40 });
    for (const statement of [first, second]) {
      const { events, answer } = world.send(statement);
      expect(events).toEqual([{ type: 'LedgerCheckpointed', subject: 'partition/0', data: statement.data.statement }]);
      expect(answer).toEqual({ kind: 'answered', result: {}, replayed: false });
    }
    expect(world.state.get('checkpoint/0')).toEqual(markAfter(second));
  });

  it.each<[string, (mark: LedgerMark) => Command]>([
    ['again', () => checkpoint(NO_MARK)],
    ['that continues another', ({ upToSeq }) => checkpoint({ upToSeq, hash: 'a'.repeat(64) })],
    ['that covers no more', (mark) => checkpoint(mark, { upToSeq: mark.upToSeq })],
    ['made under another claim', (mark) => checkpoint(mark, { claim: 'claim-0' })],
    ['that covers less', (mark) => checkpoint(mark, { upToSeq: mark.upToSeq - 1 })],
  ])('one %s changes nothing', (_, late) => {
    const world = new World();
    const first = checkpoint(NO_MARK, { upToSeq: 9 });
    world.send(first);
    expect(world.send(late(markAfter(first))).events).toEqual([]);
    expect(world.state.get('checkpoint/0')).toEqual(markAfter(first));
  });

  it('partitions have chains of their own', () => {
    const world = new World();
    world.send(checkpoint(NO_MARK));
    expect(world.send(checkpoint(NO_MARK, { partition: 1 })).events).toHaveLength(1);
  });

  it('one whose hash is not its own is a bug of its sender', () => {
    const command = checkpoint(NO_MARK);
    const data = { ...command.data, statement: { ...command.data.statement, heads: 2 } };
    expect(() => new World().send({ ...command, data })).toThrow('another hash than it says');
  });

  it('moves no credits, and credits move no statement', () => {
    const world = new World();
    world.send(grant(5));
    const before = world.account();
    world.send(checkpoint(NO_MARK));
    expect(world.account()).toBe(before);
    expect(streamsOf(expireGrants(), world.state)).not.toContain('checkpoint/0');
    expect(streamsOf(checkpoint(NO_MARK, { partition: 7 }), world.state)).toContain('checkpoint/7');
  });
});
