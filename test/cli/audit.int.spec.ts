import pg from 'pg';
import { audit, exitCodeOf, type AuditOptions, type AuditResult } from '../../cli/audit/audit.js';
import { withConnectionTo } from '../../cli/connection.js';
import { Failure } from '../../cli/failure.js';
import { enriched } from '../http/int.js';
import { startService, type TestService } from '../support/service.js';
import { testStack } from '../support/stack.js';

jest.setTimeout(120_000);

const TABLES = ['credit_accounts', 'credit_entries'];

let service: TestService;
let client: pg.Client;

const audited = (options: Partial<AuditOptions> = {}): Promise<AuditResult> =>
  withConnectionTo(service.running.config, (connection) => audit(connection, { json: true, ...options }));

const enrich = async (): Promise<unknown> => enriched(service, await service.createPerson());

const adjust = async (orgId: string, amount: number): Promise<void> => {
  const key = await service.keyFor(orgId, { scopes: ['operator'] });
  const asked = { body: { amount, reason: 'counted twice' }, headers: { 'idempotency-key': 'adjust' }, key };
  const { status } = await service.call('POST', '/api/v1/credits/adjustments', asked);
  expect(status).toBe(201);
};

beforeAll(async () => {
  service = await startService({ credits: 1_000 });
  await service.newOrg('globex', 70);
  for (const amount of [10, 20, 30]) await service.grant(amount);
  await Promise.all([enrich(), enrich(), enrich()]);
  await adjust('globex', -7);
  client = new pg.Client(testStack().databaseUrl);
  await client.connect();
  await client.query(`set search_path = ${service.schema}`);
  // Once it is clean the read model has passed the log, and nothing changes any more.
  await expect(audited()).resolves.toMatchObject({ findings: [] });
  for (const table of TABLES) await client.query(`create temporary table saved_${table} as table ${table}`);
});

afterEach(async () => {
  for (const table of TABLES) {
    await client.query(`delete from ${table}`);
    await client.query(`insert into ${table} select * from saved_${table}`);
  }
});

afterAll(async () => {
  await client.end();
  await service.stop();
});

const problemsOf = ({ findings }: AuditResult): readonly string[] =>
  findings.map(({ orgId, problem }) => `${orgId}: ${problem}`);

const ENTRY = `update credit_entries set`;
const ACCOUNT = `update credit_accounts set`;
const CAPTURE = `where org_id = 'acme' and entry = (select min(entry) from credit_entries where org_id = 'acme' and type = 'capture')`;

/** What somebody does to the read model; what the audit has to name. */
const TAMPERS: readonly (readonly [string, string, readonly RegExp[]])[] = [
  [
    'an account with a forged balance that says it has moved on',
    `${ACCOUNT} balance = balance + 500, entry = entry + 1 where org_id = 'acme'`,
    [/^acme: credit_accounts: entry is/, /^acme: credit_accounts: balance is/],
  ],
  [
    'another reason of an adjustment',
    `${ENTRY} note_sealed = 'bm90aGluZw==' where org_id = 'globex' and type = 'adjust'`,
    [/^globex: credit_entries: entry 2: note_sealed is bm90aGluZw==, the log says /],
  ],
  ['a deleted account', `delete from credit_accounts where org_id = 'globex'`, [/^globex: credit_accounts has no row/]],
  [
    'an account of an org that the log does not know',
    `insert into credit_accounts select 'initech', balance, reserved, entry, hash, grants, updated_at, partition, seq from credit_accounts where org_id = 'acme'`,
    [/^initech: credit_accounts has a row of an org/],
  ],
  [
    'grants of an account with more free credits',
    `${ACCOUNT} grants = jsonb_set(grants, '{0,free}', '999999') where org_id = 'acme'`,
    [/^acme: credit_accounts: grants is .*999999/],
  ],
  [
    'a later time of the last change, by a microsecond',
    `${ACCOUNT} updated_at = updated_at + interval '1 microsecond' where org_id = 'acme'`,
    [/^acme: credit_accounts: updated_at is/],
  ],
  [
    'a balance in the middle of the entries',
    `${ENTRY} balance_after = balance_after + 1 where org_id = 'acme' and entry = 2`,
    [/^acme: credit_entries: entry 2: balance_after is 1011, the log says 1010$/],
  ],
  [
    'amounts of two entries with their sum kept',
    `${ENTRY} amount = amount + case entry when 2 then 5 else -5 end where org_id = 'acme' and entry in (2, 3)`,
    [/^acme: credit_entries: entry 2: amount is 15/, /^acme: credit_entries: entry 3: amount is 15/],
  ],
  ['a provider', `${ENTRY} provider = 'other' ${CAPTURE}`, [/^acme: credit_entries: entry \d+: provider is other/]],
  [
    'a transaction id',
    `${ENTRY} transaction_id = '00000000-0000-7000-8000-000000000000' ${CAPTURE}`,
    [/^acme: credit_entries: entry \d+: transaction_id is 00000000-/],
  ],
  [
    'an expiry where there is none',
    `${ENTRY} expires_at = 'infinity' where org_id = 'acme' and entry = 3`,
    [/^acme: credit_entries: entry 3: expires_at is Infinity, the log says null$/],
  ],
  [
    'a deleted entry',
    `delete from credit_entries where org_id = 'acme' and entry = 2`,
    [/^acme: credit_entries: entry 2: is missing$/],
  ],
  [
    'all entries of an org deleted',
    `delete from credit_entries where org_id = 'globex'`,
    [/^globex: credit_entries: entry 1: is missing$/],
  ],
  [
    'an entry after the last, with its account',
    `with last as (select * from credit_entries where org_id = 'globex' order by entry desc limit 1), forged as (
       insert into credit_entries (org_id, entry, type, amount, reserved_delta, grants, balance_after, available_after, time, prev_hash, hash, event_id, partition, seq)
       select org_id, entry + 1, 'grant', 500, 0, '[]', balance_after + 500, available_after + 500, time, hash, repeat('a', 64), event_id, partition, seq from last)
     update credit_accounts set entry = entry + 1, balance = balance + 500, hash = repeat('a', 64) where org_id = 'globex'`,
    [/^globex: credit_accounts: entry is 3/, /^globex: credit_entries: entry 3 is not in the log/],
  ],
  [
    'entries of an org that the log does not know',
    `insert into credit_entries (org_id, entry, type, amount, reserved_delta, grants, balance_after, available_after, time, prev_hash, hash, event_id, partition, seq)
     select 'initech', entry, type, amount, 0, grants, balance_after, available_after, time, prev_hash, hash, event_id, partition, seq from credit_entries where org_id = 'globex'`,
    [/^initech: credit_entries: entry 1 is not in the log/],
  ],
];

describe('tributary audit', () => {
  it('finds nothing where nothing was tampered with', async () => {
    const result = await audited();
    expect(problemsOf(result)).toEqual([]);
    expect(exitCodeOf(result)).toBe(0);
    expect(result.orgs.get(service.orgId)?.entry).toBeGreaterThan(6);
  });

  it('finds nothing while entries are written', async () => {
    let isWriting = true;
    const writing = (async () => {
      while (isWriting) await service.grant(1);
    })();
    const results = [await audited(), await audited(), await audited()];
    isWriting = false;
    await writing;
    expect(results.flatMap(problemsOf)).toEqual([]);
    await expect(audited()).resolves.toMatchObject({ findings: [] });
    for (const table of TABLES) {
      await client.query(`drop table saved_${table}`);
      await client.query(`create temporary table saved_${table} as table ${table}`);
    }
  });

  it.each(TAMPERS)('finds %s', async (_, tamper, problems) => {
    await client.query(tamper);
    const result = await audited();
    expect(exitCodeOf(result)).toBe(1);
    for (const problem of problems) expect(problemsOf(result)).toContainEqual(expect.stringMatching(problem));
  });

  it('refuses an org that the log does not know', async () => {
    await expect(audited({ org: 'hooli' })).rejects.toThrow(new Failure('org hooli is not in the log'));
    await expect(audited({ org: 'globex' })).resolves.toMatchObject({ findings: [] });
  });
});
