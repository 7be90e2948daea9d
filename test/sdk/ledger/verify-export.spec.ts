import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { canonicalJson } from '../../domain/canonical-json.js';
import type { OrgId } from '../../../src/domain/kernel/ids.js';
import type { EntryView } from '../../../src/projections/credits/credit-entries.query.js';
import { verifyExport, type ExportReport, type Finding } from '../../../sdk/ledger/index.js';
import { HIT, Story } from '../../support/events.js';
import { entriesOf, exportOf } from './exported.js';

const ORG = 'org_é~"1' as OrgId;
const RUNS = 1_000;
/** Of the lengths that a file may be cut at, one in so many is tried. */
const CUT_STEP = 7;
const LINE_FEED = 0x0a;

const storyOf = (org: OrgId): Story => {
  const story = new Story();
  story.grant(org, 40);
  story.grant(org, 7, 1_000);
  for (const misses of [0, 1, 3]) {
    const [id] = story.request(org, [story.person(org)]);
    if (id === undefined) throw new Error('nothing was requested');
    for (let n = 0; n < misses; n += 1) story.respond(org, id);
    if (misses < 3) story.respond(org, id, HIT);
    if (misses === 0) story.refund(org, id);
  }
  story.request(org, [story.person(org)]);
  story.wait(2_000);
  story.execute(org, 'ExpireGrants', {});
  for (const amount of [3, -2]) story.adjust(org, amount);
  return story;
};

async function* chunks(bytes: Buffer, size = 64 * 1024): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size);
}
const verify = (file: Buffer | string, size?: number): Promise<ExportReport> =>
  verifyExport(chunks(Buffer.from(file), size));
const lineAt = (file: Buffer, offset: number): number =>
  file.subarray(0, offset).filter((byte) => byte === LINE_FEED).length + 1;
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** An entry changed by somebody who knows how hashes are made. */
const forged = (entry: EntryView, change: Partial<EntryView>, unit = 'credit'): EntryView => {
  const { hash: _, ...hashed } = { v: 1, unit, ...entry, ...change };
  return { ...entry, ...change, hash: sha256(canonicalJson(hashed)) };
};
/** Every entry after the first forged one linked anew. */
const relinked = (entries: readonly EntryView[], unit = 'credit'): readonly EntryView[] => {
  let prevHash = '0'.repeat(64);
  return entries.map((entry) => {
    const linked = forged(entry, { prevHash }, unit);
    prevHash = linked.hash;
    return linked;
  });
};

describe('CR-11 verifying an export offline', () => {
  const story = storyOf(ORG);
  const entries = entriesOf(story, ORG);
  let file: Buffer;
  beforeAll(async () => {
    file = await exportOf(ORG, entries);
  });
  const findings = async (changed: readonly EntryView[]): Promise<readonly Finding[]> =>
    (await verify(await exportOf(ORG, changed))).findings;

  it('finds nothing in what the service exported, and comes to the same balance', async () => {
    const { balance, reserved, hash: head } = story.account(ORG) ?? {};
    const expected = { org: ORG, unit: 'credit', entries: entries.length, balance, reserved, head };
    expect(await verify(file)).toEqual({ ...expected, signed: null, findings: [] });
    expect(reserved).toBe(3);
    expect(entries.length).toBe(15);
    expect(entries.map(({ type }) => type)).toEqual(expect.arrayContaining(['refund', 'adjust', 'expire']));
  });

  it('reads a file in whatever pieces it comes', async () => {
    for (const size of [1, 7, 100, file.length]) expect((await verify(file, size)).findings).toEqual([]);
  });

  it('an org without entries has an export too', async () => {
    const report = await verify(await exportOf(ORG, []));
    expect(report).toMatchObject({ entries: 0, balance: 0, reserved: 0, head: '0'.repeat(64), findings: [] });
  });

  it('finds and locates one changed byte, whichever it is and whatever it becomes', async () => {
    const flips = fc.record({ offset: fc.nat(file.length - 1), by: fc.integer({ min: 1, max: 255 }) });
    const check = fc.asyncProperty(flips, async ({ offset, by }) => {
      const flipped = Buffer.from(file);
      flipped[offset] = (flipped[offset] ?? 0) ^ by;
      const [first] = (await verify(flipped)).findings;
      expect(first?.line).toBe(lineAt(file, offset));
    });
    // Prints its seed when it fails.
    await fc.assert(check, { numRuns: RUNS });
  });

  it('says of one changed byte in the middle of an entry nothing but its line', async () => {
    const lines = file.toString().split('\n');
    for (const [index, line] of lines.entries()) {
      if (index === 0 || line === '' || line.includes('"kind"')) continue;
      const changed = lines.with(
        index,
        line.replace(/"hash":"./, (start) => `${start.slice(0, -1)}${start.endsWith('0') ? '1' : '0'}`),
      );
      expect((await verify(changed.join('\n'))).findings).toEqual([
        { line: index + 1, problem: 'the hash is not that of the entry' },
      ]);
    }
  });

  it('finds a file that was cut off, wherever', async () => {
    for (let length = 0; length < file.length; length += CUT_STEP) {
      const [first] = (await verify(file.subarray(0, length))).findings;
      expect(first?.line).toBe(lineAt(file, length));
    }
  });

  it('finds entries that are left out, doubled or in another order', async () => {
    const [a, b, c] = entries as [EntryView, EntryView, EntryView];
    const rest = entries.slice(3);
    expect((await findings([a, c, ...rest]))[0]).toEqual({ line: 3, problem: 'entry 3 stands where 2 belongs' });
    expect((await findings([a, b, b, c, ...rest]))[0]).toEqual({ line: 4, problem: 'entry 2 stands where 3 belongs' });
    expect((await findings([b, a, c, ...rest]))[0]).toEqual({ line: 2, problem: 'entry 2 stands where 1 belongs' });
  });

  it('finds an entry that was changed with its hash: the next one does not follow it', async () => {
    const changed = entries.with(
      4,
      forged(entries[4] as EntryView, { time: '2026-01-01T00:00:00.000Z' as EntryView['time'] }),
    );
    expect(await findings(changed)).toEqual([{ line: 7, problem: 'entry 6 does not follow the entry before it' }]);
  });

  const [grant, , reserve, , release] = entries as [EntryView, EntryView, EntryView, EntryView, EntryView];
  const [refund, adjustment] = ['refund', 'adjust'].map((name) => entries.find(({ type }) => type === name)) as [
    EntryView,
    EntryView,
  ];
  const negated = (entry: EntryView): EntryView => ({
    ...entry,
    amount: -entry.amount,
    grants: entry.grants.map(({ grantId, delta }) => ({ grantId, delta: -delta })),
  });
  const reserving = (amount: number): EntryView => {
    const [share] = reserve.grants;
    if (share === undefined) throw new Error('the reservation burns no grant');
    return { ...reserve, reservedDelta: amount, grants: [{ ...share, delta: -amount }] };
  };

  it.each<[string, EntryView, Finding]>([
    ['more is settled than reserved', reserving(1), { line: 6, problem: 'entry 5: more is settled than was reserved' }],
    [
      'more is reserved than there is',
      reserving(48),
      { line: 4, problem: 'entry 3: more is spent than was available' },
    ],
    [
      'an amount is not that of its grants',
      { ...grant, amount: 41 },
      { line: 2, problem: 'entry 1: the grants do not add up to the amount' },
    ],
    [
      'a release moves the balance',
      { ...release, amount: 1 },
      { line: 6, problem: 'entry 5: amounts do not fit the type release' },
    ],
    [
      'a refund takes',
      negated(refund),
      { line: refund.entry + 1, problem: `entry ${refund.entry}: amounts do not fit the type refund` },
    ],
    [
      'an adjustment takes from no grant',
      { ...adjustment, grants: [] },
      { line: adjustment.entry + 1, problem: `entry ${adjustment.entry}: the grants do not add up to the amount` },
    ],
  ])('finds a chain that is whole and against the rules: %s', async (_, changed, finding) => {
    expect(await findings(relinked(entries.with(changed.entry - 1, changed)))).toContainEqual(finding);
  });

  it('finds entries of another org', async () => {
    const foreign = entriesOf(storyOf('org_2' as OrgId), 'org_2' as OrgId);
    expect((await findings(foreign))[0]).toEqual({ line: 2, problem: 'entry 1 is of another org' });
  });

  it('finds a first line of another unit or another export, and a last line of another chain', async () => {
    const of = async (...args: Parameters<typeof exportOf>) => (await exportOf(...args)).toString().split('\n');
    const lines = file.toString().split('\n');
    const found = async (index: number, other: readonly string[]) =>
      (await verify(lines.with(index, other.at(index) ?? '').join('\n'))).findings.map(
        ({ line, problem }) => `${line}: ${problem}`,
      );
    const later = await of(ORG, entries, { atMs: 0 });
    expect(await found(0, later)).toEqual(['17: the first line is not of this export']);
    expect(await found(-2, later)).toEqual(['17: the first line is not of this export']);
    const changed = await of(
      ORG,
      relinked(entries.with(11, { ...(entries[11] as EntryView), time: entries[0]!.time })),
    );
    expect(await found(-2, changed)).toEqual(['17: the last entry is not the one the export ended with']);
    expect(await found(-2, await of(ORG, []))).toContain('17: there are 15 entries, not as many as it says');
    const inDecicredits = await of(ORG, relinked(entries, 'decicredit'), { unit: 'decicredit' });
    const first = (await verify(inDecicredits.with(0, lines[0] ?? '').join('\n'))).findings[0];
    expect(first).toEqual({ line: 2, problem: 'entry 1 is in another unit' });
  });

  it('takes no other way to write the same: white space, order of keys, keys twice, escapes', async () => {
    const lines = file.toString().split('\n');
    const line = lines[1] ?? '';
    const { amount, ...others } = JSON.parse(line) as Record<string, unknown>;
    const same = [
      line.replace(':', ': '),
      `${line}\r`,
      JSON.stringify({ ...others, amount }),
      line.replace('{', '{"amount":1,'),
      line.replace('grant"', '\\u0067rant"'),
      line.replace('"amount":40', '"amount":4e1'),
    ];
    for (const text of same) {
      expect(JSON.parse(text)).toEqual(JSON.parse(line));
      const { findings: found } = await verify(lines.with(1, text).join('\n'));
      expect(found).toEqual([{ line: 2, problem: 'the line is not in canonical form' }]);
    }
  });

  it('says of a line that is no entry any more nothing but that', async () => {
    const lines = file.toString().split('\n').with(4, 'x');
    expect((await verify(lines.join('\n'))).findings).toEqual([{ line: 5, problem: 'the line is not JSON of ours' }]);
  });

  it.each([
    ['', 1],
    ['\n', 1],
    ['[]\n', 1],
    ['null\n', 1],
    ['{"kind":"other"}\n', 1],
    [`${'['.repeat(100_000)}${']'.repeat(100_000)}\n`, 1],
    [`{"a":${'{"a":'.repeat(50)}1${'}'.repeat(51)}\n`, 1],
    ['{"__proto__":1,"hash":"x"}\n', 1],
    ['x'.repeat(9 * 1024 * 1024), 1],
  ])('reports what is no export at all (%#) instead of failing', async (text, line) => {
    expect((await verify(text)).findings[0]?.line).toBe(line);
  });

  it('finds what stands behind the end', async () => {
    const { findings: found } = await verify(Buffer.concat([file, Buffer.from('{"a":1}\n')]));
    expect(found).toEqual([{ line: 18, problem: 'something stands behind the end' }]);
  });
});
