import { setTimeout as pause } from 'node:timers/promises';
import { audit } from '../../cli/audit/audit.js';
import { withConnectionTo } from '../../cli/connection.js';
import { keyIdOf, verifyExport, type ExportReport } from '../../sdk/ledger/index.js';
import { statement } from '../../src/db/database.js';
import { startService, type TestService } from '../support/service.js';
import { enriched, personWith } from './int.js';

jest.setTimeout(60_000);
const POLL_MS = 50;
const WAIT_MAX_MS = 20_000;

let service: TestService;
let others: readonly string[];
beforeAll(async () => {
  service = await startService({ credits: 100, env: { LEDGER_CHECKPOINT_SECONDS: '1' } });
  // Enough that several orgs share a partition.
  others = await Promise.all(Array.from({ length: 12 }, (_, n) => service.newOrg(`org_${n}`, 10 + n)));
  for (const word of ['found-2', 'notfound']) await enriched(service, await personWith(service, word));
});
afterAll(() => service.stop());

async function* bytes(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}
const call = (path: string, key = service.apiKey) => service.call('GET', `/api/v1/credits/${path}`, { key });
const verified = async (path: string, key?: string): Promise<ExportReport> =>
  verifyExport(bytes((await call(path, key)).body));

/** Until the newest entry is signed. */
const untilSigned = async (key?: string): Promise<ExportReport> => {
  for (let waitedMs = 0; waitedMs < WAIT_MAX_MS; waitedMs += POLL_MS) {
    const report = await verified('export', key);
    expect(report.findings).toEqual([]);
    if (report.signed?.entry === report.entries) return report;
    await pause(POLL_MS);
  }
  throw new Error(`not signed within ${WAIT_MAX_MS} ms`);
};

describe('proof of the ledger over HTTP, the whole service behind it', () => {
  it('CR-11 what an org has is signed before long, and holds offline under the published key', async () => {
    const { body } = await call('keys');
    expect(body.keys).toEqual([
      { keyId: expect.any(String), publicKey: expect.any(String), createdAt: expect.any(String), algorithm: 'Ed25519' },
    ]);
    const [{ keyId, publicKey }] = body.keys;
    expect(keyIdOf(publicKey)).toBe(keyId);
    expect((await untilSigned()).signed).toMatchObject({ entry: 6, keyId });
    for (const org of others) {
      const report = await untilSigned(await service.keyFor(org));
      expect(report).toMatchObject({ org, entries: 1, signed: { entry: 1, keyId } });
    }
  });

  it('CR-11 the proof of an entry goes from it to the first signed head after it', async () => {
    await untilSigned();
    for (let entry = 1; entry <= 6; entry += 1) {
      const report = await verified(`proof/${entry}`);
      expect(report).toMatchObject({ org: service.orgId, findings: [] });
      expect(report.entries).toBe((report.signed?.entry ?? 0) - entry + 1);
    }
  });

  it('CR-11 later statements leave earlier proofs as they were', async () => {
    await untilSigned();
    const before = await call('proof/1');
    await service.grant(5);
    await untilSigned();
    const without = (text: string) =>
      text.split('\n').filter((line) => !line.includes('"exportedAt"') && !line.includes('"end"'));
    expect(without((await call('proof/1')).body)).toEqual(without(before.body));
  });

  it('CR-11 an entry that is not there is 404, one of another org too', async () => {
    for (const [entry, key] of [
      [9_999, service.apiKey],
      [5, await service.keyFor(others[0] ?? '')],
    ] as const) {
      const { status, body } = await call(`proof/${entry}`, key);
      expect([status, body.error.code, body.error.reason]).toEqual([404, 'NOT_FOUND', 'unknown_entry']);
    }
  });

  it('CR-11 the audit comes to the same roots from the log, and trusts no key but the published one', async () => {
    await untilSigned();
    const audited = () => withConnectionTo(service.running.config, (connection) => audit(connection, { json: true }));
    expect((await audited()).findings).toEqual([]);
    const { durable } = service.running.runtime;
    const rename = (text: string) => durable.query(statement('', `update ledger_keys set key_id = ${text}`));
    await rename(`'x' || key_id`);
    const { findings } = await audited();
    await rename('substr(key_id, 2)');
    expect(findings.length).toBeGreaterThan(0);
    for (const { offset, problem } of findings) {
      expect([typeof offset, problem]).toEqual(['bigint', expect.stringContaining('is not signed by the key')]);
    }
  });
});
