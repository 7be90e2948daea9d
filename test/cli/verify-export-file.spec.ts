import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { verifyExportFile } from '../../cli/audit/verify-export-file.js';
import type { OrgId } from '../../src/domain/kernel/ids.js';
import { entriesOf, exportOf } from '../sdk/ledger/exported.js';
import { Story } from '../support/events.js';

const ORG = 'org_1' as OrgId;

describe('tributary audit --verify-export', () => {
  let folder: string;
  let file: string;
  let exported: string;
  let printed: string[];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tributary-export-'));
    file = join(folder, 'ledger.ndjson');
    const story = new Story();
    for (const amount of [5, 6]) story.grant(ORG, amount);
    exported = (await exportOf(ORG, entriesOf(story, ORG))).toString();
    printed = [];
    jest.spyOn(console, 'log').mockImplementation((text: string) => printed.push(text));
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await rm(folder, { recursive: true });
  });

  it('CR-11 prints org, balance and chain head, and exits 0 when all of it holds', async () => {
    await writeFile(file, exported);
    expect(await verifyExportFile(file, false)).toBe(0);
    expect(printed.join('\n')).toMatch(/org_1 +2 +11 +0 +[0-9a-f]{16}\n\n.*: every entry and the balance hold/);
  });

  it('CR-11 names the line of a changed byte, and exits 1', async () => {
    await writeFile(file, exported.replace('"amount":6', '"amount":7'));
    expect(await verifyExportFile(file, false)).toBe(1);
    expect(printed.join('\n')).toContain('1 findings\n  line 3: the hash is not that of the entry');
  });

  it('CR-11 prints one JSON document for programs', async () => {
    await writeFile(file, exported.replace('"amount":6', '"amount":7'));
    await verifyExportFile(file, true);
    expect(JSON.parse(printed.join(''))).toMatchObject({ ok: false, org: ORG, findings: [{ line: 3 }] });
  });

  it('says which file cannot be read', async () => {
    await expect(verifyExportFile(join(folder, 'none'), false)).rejects.toThrow(/none cannot be read: ENOENT/);
  });
});
