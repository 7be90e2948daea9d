import { generateKeyPairSync, sign } from 'node:crypto';
import { GrownHeads } from '../../cli/audit/grown-heads.js';
import { StatementAuditor } from '../../cli/audit/statement-auditor.js';
import { statementHash, statementText } from '../../src/domain/credits/ledger-statement.js';
import type { OrgId } from '../../src/domain/kernel/ids.js';
import { instantOf } from '../../src/domain/kernel/instant.js';
import type { StoredEvent } from '../../src/events/event.js';
import { state } from '../projections/stated.js';
import { Story } from '../support/events.js';
import { sha256 } from '../support/given.js';

const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const KEY = {
  keyId: 'key-1',
  publicKey: publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
  createdAt: instantOf(0),
};
type Checkpointed = StoredEvent<'LedgerCheckpointed'>;
type Data = Checkpointed['data'];

/** As somebody with the key would write it. */
const signed = (data: Data): Data => ({
  ...data,
  hash: statementHash(sha256, data),
  signature: sign(null, Buffer.from(statementText(data)), privateKey).toString('base64'),
});

/** Two orgs, two statements, and an entry of org_a between the second one's seq and its place in the log. */
const story = (() => {
  const told = new Story(4);
  for (const org of ['org_a', 'org_b', 'org_a']) told.grant(org as OrgId, 5);
  state(told);
  told.grant('org_a' as OrgId, 5);
  state(told);
  return told;
})();
const honest = ((): readonly StoredEvent[] => {
  let previous: string | null = null;
  return story.events.map((event) => {
    if (event.type !== 'LedgerCheckpointed') return event;
    const data: Data = signed({ ...event.data, ...(previous !== null && { previous }) });
    previous = data.hash;
    return { ...event, data };
  });
})();
const first = honest.findIndex(({ type }) => type === 'LedgerCheckpointed');
const last = honest.length - 1;

const problems = (events: readonly StoredEvent[], keys = [KEY]): readonly string[] => {
  const auditor = new StatementAuditor(sha256, keys);
  for (const event of events) auditor.read(event);
  return auditor.findings.map(({ offset, problem }) => `${offset}: ${problem}`);
};
const changed = (index: number, change: Partial<Data>, isSigned = true): readonly StoredEvent[] => {
  const event = honest[index] as Checkpointed;
  const data = { ...event.data, ...change };
  return honest.with(index, { ...event, data: isSigned ? signed(data) : data });
};

describe('CR-11 auditing signed statements', () => {
  it('finds nothing in a log that holds', () => {
    expect(first).toBeLessThan(last);
    expect(problems(honest)).toEqual([]);
  });

  it.each<[string, Partial<Data>]>([
    ['is not about the entries before it', { merkleRoot: sha256('x') }],
    ['is not about the entries before it', { heads: 2 }],
    ['is about another partition', { partition: 3 }],
    ['does not continue the one before', { previous: sha256('x') }],
    ['does not continue the one before', { upToSeq: 0 }],
    ['covers what comes after it', { upToSeq: 99 }],
    ['is not signed by the key key-2', { keyId: 'key-2' }],
  ])('names the offset of a statement that %s, though it is signed', (problem, change) => {
    const place = honest[last]?.offset;
    expect(problems(changed(last, change))).toContainEqual(
      expect.stringMatching(new RegExp(`^${place}: .*${problem}$`)),
    );
  });

  it('finds a statement that was changed, or signed with another key', () => {
    const place = honest[last]?.offset;
    const at = `${place}: the statement up to seq ${(honest[last] as Checkpointed).data.upToSeq}`;
    expect(problems(changed(last, { asOf: instantOf(0) }, false))).toEqual([
      `${at} has another hash than it says`,
      `${at} is not signed by the key key-1`,
    ]);
    expect(problems(changed(last, { signature: 'c2lnbmVk' }, false))).toEqual([`${at} is not signed by the key key-1`]);
    expect(problems(honest, [])).toHaveLength(2);
    expect(problems(honest, [{ ...KEY, publicKey: 'bm9uZQ==' }])).toEqual(problems(honest, []));
  });

  it('finds a statement that was taken out: the next one does not continue the one before', () => {
    expect(problems(honest.toSpliced(first, 1))[0]).toContain('does not continue the one before');
  });

  it('finds an entry that was changed or taken out together with all hashes after it', () => {
    const other = new Story(4);
    for (const org of ['org_a', 'org_b', 'org_a']) other.grant(org as OrgId, 6);
    const forged = [...other.events.slice(0, first), ...honest.slice(first)];
    expect(problems(forged)).toEqual([expect.stringContaining('is not about the entries before it')]);
  });
});

describe('heads as of a seq', () => {
  const head = (org: string, entry: number) => ({ org: org as OrgId, entry, hash: `${org}${entry}` });

  it('are those of then, though the log has gone on, and each is taken once', () => {
    const grown = new GrownHeads();
    for (const [seq, org, entry] of [
      [1, 'a', 1],
      [2, 'b', 1],
      [3, 'a', 2],
      [5, 'a', 3],
    ] as const)
      grown.grow(seq, head(org, entry));
    expect(grown.take(4)).toEqual([head('a', 2), head('b', 1)]);
    expect(grown.take(9)).toEqual([head('a', 3)]);
    expect(grown.take(10)).toEqual([]);
  });

  it('cannot be told as of long ago, and take no more room than they may', () => {
    const grown = new GrownHeads(10);
    for (let seq = 1; seq <= 100; seq += 1) grown.grow(seq, head('a', seq));
    expect(grown.take(50)).toBeNull();
    expect(grown.take(95)).toEqual([head('a', 95)]);
    expect(grown.take(100)).toEqual([head('a', 100)]);
  });
});
