import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { verifyExportFile } from '../../cli/audit/verify-export-file.js';
import type { OrgId } from '../../src/domain/kernel/ids.js';
import { entriesOf, exportOf } from '../sdk/ledger/exported.js';
import { TestNotary } from '../sdk/ledger/notary.js';
import { Story } from '../support/events.js';

const ORG = 'org_1' as OrgId;
const story = new Story();
for (const amount of [5, 6]) story.grant(ORG, amount);
const entries = entriesOf(story, ORG);

describe('tributary audit --verify-export', () => {
  let folder: string;
  let file: string;
  let exported: string;
  let printed: string[];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tributary-export-'));
    file = join(folder, 'ledger.ndjson');
    exported = (await exportOf(ORG, entries)).toString();
    printed = [];
    jest.spyOn(console, 'log').mockImplementation((text: string) => printed.push(text));
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await rm(folder, { recursive: true });
  });

  it('CR-11 prints org, balance and chain head, and exits 0 when all of it holds', async () => {
    await writeFile(file, exported);
    expect(await verifyExportFile(file, { json: false })).toBe(0);
    expect(printed.join('\n')).toMatch(
      /org_1 +2 +11 +0 +[0-9a-f]{16}\n\nnothing is signed: anyone .*\n.*: all of it is consistent in itself$/,
    );
  });

  it('CR-11 names the line of a changed byte, and exits 1', async () => {
    await writeFile(file, exported.replace('"amount":6', '"amount":7'));
    expect(await verifyExportFile(file, { json: false })).toBe(1);
    expect(printed.join('\n')).toContain('1 finding\n  line 3: the hash is not that of the entry');
  });

  it('CR-11 prints one JSON document for programs', async () => {
    await writeFile(file, exported.replace('"amount":6', '"amount":7'));
    await verifyExportFile(file, { json: true });
    expect(JSON.parse(printed.join(''))).toMatchObject({ ok: false, org: ORG, findings: [{ line: 3 }] });
  });

  it('CR-11 takes only signatures of the keys it is given, by the keys and not by what is said of them', async () => {
    const notary = new TestNotary();
    const inclusion = notary.include({ org: ORG, entry: 2, hash: entries[1]?.hash ?? '' }, 3);
    await writeFile(file, await exportOf(ORG, entries, { inclusion }));
    const keys = join(folder, 'keys.json');
    const known = async (publicKey: string) => {
      await writeFile(keys, JSON.stringify({ keys: [{ keyId: notary.keyId, publicKey }] }));
      return verifyExportFile(file, { json: false, keys });
    };
    expect(await known(notary.publicKey)).toBe(0);
    expect(printed.join('\n')).toContain(`signed up to entry 2 as of 2026-11-21T01:02:03.004Z by key ${notary.keyId};`);
    expect(await known(new TestNotary().publicKey)).toBe(1);
    expect(printed.join('\n')).toContain(`line 4: signed by the unknown key ${notary.keyId}`);
    await writeFile(file, exported); // Whoever forges entries leaves the signature out.
    expect(await known(notary.publicKey)).toBe(1);
    expect(printed.join('\n')).toContain('nothing is signed, and a key was given');
    await writeFile(keys, '[]');
    await expect(verifyExportFile(file, { json: false, keys })).rejects.toThrow(
      'no answer of GET /api/v1/credits/keys',
    );
  });

  it('says which file cannot be read', async () => {
    await expect(verifyExportFile(join(folder, 'none'), { json: false })).rejects.toThrow(
      /none cannot be read: ENOENT/,
    );
  });
});
