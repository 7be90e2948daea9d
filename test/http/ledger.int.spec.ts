import { createHash } from 'node:crypto';
import { verifyExport } from '../../sdk/ledger/index.js';
import { canonicalJson } from '../domain/canonical-json.js';
import { startService, type TestService } from '../support/service.js';
import { enriched, personWith } from './int.js';

jest.setTimeout(60_000);

let service: TestService;
beforeAll(async () => {
  service = await startService({ credits: 100 });
  for (const word of ['found-2', 'notfound', 'found']) await enriched(service, await personWith(service, word));
});
afterAll(() => service.stop());

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

describe('the ledger over HTTP, the whole service behind it', () => {
  it('CR-10, CR-14 a client recomputes every hash from 64 zeros on, and the sum is the balance', async () => {
    let prevHash = '0'.repeat(64);
    let sum = 0;
    const types: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const { body } = await service.call('GET', `/api/v1/credits/entries?limit=3${cursor && `&cursor=${cursor}`}`);
      for (const { hash, ...hashed } of body.entries) {
        expect(hashed).toMatchObject({ v: 1, org: service.orgId, entry: types.length + 1, unit: 'credit', prevHash });
        expect(hash).toBe(sha256(canonicalJson(hashed)));
        prevHash = hash;
        sum += hashed.amount;
        types.push(hashed.type);
      }
      cursor = body.nextCursor;
    }
    expect(types.join(' ')).toBe('grant reserve capture release reserve release reserve capture release');
    const { body } = await service.call('GET', '/api/v1/operations/credits/balance');
    expect(sum).toBe(body.balance);
  });

  it('CR-10 another org sees its own chain only', async () => {
    const key = await service.keyFor(await service.newOrg('other'));
    expect((await service.call('GET', '/api/v1/credits/entries', { key })).body).toEqual({
      entries: [],
      nextCursor: null,
    });
  });

  it('CR-11 the export holds offline, and comes to the balance', async () => {
    const response = await fetch(`${service.url}/api/v1/credits/export`, {
      headers: { authorization: `Bearer ${service.apiKey}` },
    });
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/x-ndjson']);
    const { body: figures } = await service.call('GET', '/api/v1/operations/credits/balance');
    const report = await verifyExport(response.body as AsyncIterable<Uint8Array>);
    const expected = { org: service.orgId, unit: 'credit', entries: 9, balance: figures.balance, reserved: 0 };
    expect(report).toMatchObject({ ...expected, findings: [] });
  });

  it('CR-11, X-11 an export right after a grant holds that grant', async () => {
    const key = await service.keyFor(await service.newOrg('fresh'));
    for (let n = 1; n <= 5; n += 1) {
      await service.grant(n, 'fresh');
      const { body } = await service.call('GET', '/api/v1/credits/export', { key });
      expect(JSON.parse(body.trimEnd().split('\n').at(-1))).toMatchObject({ kind: 'end', entries: n });
    }
  });

  it('X-06 HEAD works where GET does', async () => {
    const { status, headers, body } = await service.call('HEAD', '/api/v1/credits/export');
    expect([status, headers.get('content-type'), body]).toEqual([200, 'application/x-ndjson', '']);
  });
});
