import fc from 'fast-check';
import { verifyExport, type ExportReport, type VerifyOptions } from '../../../sdk/ledger/index.js';
import type { OrgHead } from '../../../src/domain/credits/merkle.js';
import type { OrgId } from '../../../src/domain/kernel/ids.js';
import type { Inclusion } from '../../../src/http/credits/ledger.presenter.js';
import { Story } from '../../support/events.js';
import { sha256 } from '../../support/given.js';
import { entriesOf, exportOf } from './exported.js';
import { TestNotary } from './notary.js';

const ORG = 'org_1' as OrgId;
const RUNS = 500;
const LINE_FEED = 0x0a;
const SIGNED_LINE = 5;

async function* bytes(file: Buffer | string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(file);
}
const verify = (file: Buffer | string, options?: VerifyOptions): Promise<ExportReport> =>
  verifyExport(bytes(file), options);

describe('CR-11 verifying the signed statement in an export', () => {
  const notary = new TestNotary();
  const story = new Story();
  for (const amount of [5, 6, 7, 8, 9]) story.grant(ORG, amount);
  const entries = entriesOf(story, ORG);
  const headAt = (entry: number): OrgHead => ({ org: ORG, entry, hash: entries[entry - 1]?.hash ?? '' });
  const exported = (inclusion: Inclusion) => exportOf(ORG, entries, { inclusion });
  /** Signed up to entry 3 of 5, so that its line is the fifth. */
  const signed = (others = 6) => exported(notary.include(headAt(3), others));
  const problems = async (inclusion: Inclusion): Promise<readonly string[]> =>
    (await verify(await exported(inclusion))).findings.map(({ line, problem }) => `${line}: ${problem}`);

  it('says which entries are signed, when and by whom, with any number of other orgs', async () => {
    for (let others = 0; others <= 20; others += 1) {
      const { findings, signed: head } = await verify(await signed(others));
      expect([findings, head]).toEqual([[], { entry: 3, asOf: '2026-11-21T01:02:03.004Z', keyId: notary.keyId }]);
    }
  });

  it('finds and locates one changed byte, the signature and the key not excepted', async () => {
    const file = await signed();
    const flips = fc.record({ offset: fc.nat(file.length - 1), by: fc.integer({ min: 1, max: 255 }) });
    const check = fc.asyncProperty(flips, async ({ offset, by }) => {
      const flipped = Buffer.from(file);
      flipped[offset] = (flipped[offset] ?? 0) ^ by;
      const line = file.subarray(0, offset).filter((byte) => byte === LINE_FEED).length + 1;
      expect((await verify(flipped)).findings[0]?.line).toBe(line);
    });
    // Prints its seed when it fails.
    await fc.assert(check, { numRuns: RUNS });
  });

  it('finds a statement that was changed by somebody without the key', async () => {
    const inclusion = notary.include(headAt(3), 6);
    const { statement } = inclusion.covering;
    for (const change of [
      { upToSeq: 78 },
      { partition: 4 },
      { previous: sha256('x') },
      { asOf: '2020-01-01T00:00:00.000Z' },
    ]) {
      const covering = { ...inclusion.covering, statement: { ...statement, ...change } as typeof statement };
      expect(await problems({ ...inclusion, covering })).toContain(
        `${SIGNED_LINE}: the signature is not that of the statement`,
      );
    }
  });

  it('finds another key than the one that the statement names', async () => {
    const inclusion = { ...notary.include(headAt(3), 6), publicKey: new TestNotary().publicKey };
    expect(await problems(inclusion)).toContain(
      `${SIGNED_LINE}: the public key is not the one that the statement names`,
    );
  });

  it('finds a head that the statement does not hold', async () => {
    const inclusion = notary.include(headAt(3), 6);
    const notIn = `${SIGNED_LINE}: the head of the org is not in the statement`;
    for (const index of [inclusion.index + 1, -1, 7, 0.5, NaN])
      expect(await problems({ ...inclusion, index })).toContain(notIn);
    const { path } = inclusion;
    for (const other of [path.slice(1), [...path, sha256('x')], path.toReversed(), path.with(0, sha256('x')), []]) {
      expect(await problems({ ...inclusion, path: other })).toContain(notIn);
    }
  });

  it('finds a statement about another chain than the one in the file', async () => {
    const foreign = notary.include({ org: ORG, entry: 3, hash: sha256('another chain') }, 6);
    expect(await problems(foreign)).toEqual([`${SIGNED_LINE}: the checkpoint is not about the entry before it`]);
  });

  it('finds a statement that stands at another entry, or was taken out, or stands there twice', async () => {
    const lines = (await signed()).toString().split('\n');
    const line = lines[SIGNED_LINE - 1] ?? '';
    const found = async (changed: readonly string[]) =>
      (await verify(changed.join('\n'))).findings.map((finding) => `${finding.line}: ${finding.problem}`);
    const without = lines.toSpliced(SIGNED_LINE - 1, 1);
    expect(await found(without)).toEqual(['7: the checkpoint is not of this export']);
    expect(await found(without.toSpliced(SIGNED_LINE, 0, line))).toEqual([
      '6: the checkpoint is not about the entry before it',
    ]);
    expect(await found(lines.toSpliced(SIGNED_LINE, 0, line))).toEqual(['6: there is more than one checkpoint']);
  });

  it('takes only keys that it was given, if it was given any', async () => {
    const file = await signed();
    expect((await verify(file, { keyIds: ['other', notary.keyId] })).findings).toEqual([]);
    const problem = `signed by the unknown key ${notary.keyId}`;
    expect((await verify(file, { keyIds: ['other'] })).findings).toEqual([{ line: SIGNED_LINE, problem }]);
  });

  it('a chain written anew does not fit what was signed before', async () => {
    const other = new Story();
    for (const amount of [5, 6, 6, 8, 9]) other.grant(ORG, amount);
    const file = await exportOf(ORG, entriesOf(other, ORG), { inclusion: notary.include(headAt(3), 6) });
    expect((await verify(file)).findings).toEqual([
      { line: SIGNED_LINE, problem: 'the checkpoint is not about the entry before it' },
    ]);
  });
});
