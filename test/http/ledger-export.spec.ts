import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { verifyExport } from '../../sdk/ledger/index.js';
import type { OrgId } from '../../src/domain/kernel/ids.js';
import { instantOf } from '../../src/domain/kernel/instant.js';
import { exportLines } from '../../src/http/credits/ledger-export.js';
import type { EntriesPage, EntryView } from '../../src/projections/credits/credit-entries.query.js';
import { entriesOf } from '../sdk/ledger/exported.js';
import { Story } from '../support/events.js';
import { ORG, startApp, type World } from './app.js';
import { callerOf, type Call } from './call.js';

const HEAD = { org: ORG, unit: 'credit', exportedAt: instantOf(0), from: 1, inclusion: null } as const;
const EXPORT = '/api/v1/credits/export';
let app: NestFastifyApplication;
let world: World;
let call: Call;
beforeAll(async () => {
  ({ app, world } = await startApp());
  call = callerOf(app);
});
beforeEach(() => world.reset());
afterAll(() => app.close());

const granted = (times: number): readonly EntryView[] => {
  const story = new Story();
  for (let n = 0; n < times; n += 1) story.grant(ORG, 1);
  return entriesOf(story, ORG);
};
async function* bytes(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

describe('GET /api/v1/credits/export', () => {
  it('CR-11 streams NDJSON that holds offline', async () => {
    const entries = granted(3);
    world.lastEntry = () => 3;
    world.entries = () => entries;
    const { status, headers, text } = await call('GET', EXPORT);
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('application/x-ndjson');
    expect(headers['content-disposition']).toBe('attachment; filename="ledger.ndjson"');
    const firstKeys = text
      .trimEnd()
      .split('\n')
      .map((line) => Object.keys(JSON.parse(line) as object)[0]);
    expect(firstKeys).toEqual(['exportedAt', 'amount', 'amount', 'amount', 'checkpoint']);
    expect(await verifyExport(bytes(text))).toMatchObject({ org: ORG, entries: 3, balance: 3, findings: [] });
  });

  it('CR-11 an org without entries exports that', async () => {
    const report = await verifyExport(bytes((await call('GET', EXPORT)).text));
    expect(report).toMatchObject({ org: ORG, entries: 0, balance: 0, findings: [] });
    expect(world.queries).toEqual([`lastEntry ${JSON.stringify([ORG])}`, `lastCovered ${JSON.stringify([ORG])}`]);
  });

  it('CR-11 ends at the entry that was the last when it began, and reads a page when it is asked for', async () => {
    const entries = granted(1_300);
    const pages: EntriesPage[] = [];
    const list = async (_: OrgId, page: EntriesPage) => {
      pages.push(page);
      return entries.slice(page.after, page.after + page.limit);
    };
    const lines = exportLines({ ...HEAD, entries: { list }, last: 1_201 });
    await lines.next();
    expect(pages).toEqual([]);
    let text = '';
    for await (const part of lines) text += part;
    expect(pages).toEqual([
      { after: 0, limit: 500 },
      { after: 500, limit: 500 },
      { after: 1_000, limit: 201 },
    ]);
    expect(JSON.parse(text.trimEnd().split('\n').at(-1) ?? '')).toMatchObject({
      entries: 1_201,
      head: entries[1_200]?.hash,
    });
  });

  it('CR-11 breaks off rather than leave out what the read model lacks: the file has no end', async () => {
    const list = async () => granted(2);
    const lines = exportLines({ ...HEAD, entries: { list }, last: 3 });
    expect((await lines.next()).done).toBe(false);
    await expect(lines.next()).rejects.toThrow('org_1 has no entry 3');
    world.lastEntry = () => 3;
    world.entries = list;
    await expect(call('GET', EXPORT)).rejects.toThrow('response destroyed before completion');
  });

  it('X-02 needs the scope credits', async () => {
    world.scopes = new Set(['read']);
    expect((await call('GET', EXPORT)).status).toBe(403);
  });
});
