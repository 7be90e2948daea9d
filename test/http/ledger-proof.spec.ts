import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { verifyExport, type ExportReport } from '../../sdk/ledger/index.js';
import type { OrgHead } from '../../src/domain/credits/merkle.js';
import { instantOf } from '../../src/domain/kernel/instant.js';
import type { Inclusion } from '../../src/http/credits/ledger.presenter.js';
import type { EntriesPage } from '../../src/projections/credits/credit-entries.query.js';
import { entriesOf } from '../sdk/ledger/exported.js';
import { headsWith, TestNotary } from '../sdk/ledger/notary.js';
import { Story } from '../support/events.js';
import { ORG, startApp, type World } from './app.js';
import { callerOf, type Call } from './call.js';

const notary = new TestNotary();
const story = new Story();
for (const amount of [5, 6, 7]) story.grant(ORG, amount);
const entries = entriesOf(story, ORG);
const head: OrgHead = { org: ORG, entry: 2, hash: entries[1]?.hash ?? '' };
const PUBLISHED = { keyId: notary.keyId, publicKey: notary.publicKey, createdAt: instantOf(0) };

let app: NestFastifyApplication;
let world: World;
let call: Call;
beforeAll(async () => {
  ({ app, world } = await startApp());
  call = callerOf(app);
});
beforeEach(() => {
  world.reset();
  world.lastEntry = () => 3;
  world.entries = ((_: string, { after, limit }: EntriesPage) => entries.slice(after, after + limit)) as never;
});
afterAll(() => app.close());

/** Entries 1 and 2 are signed, in one statement with other orgs. */
const sign = (
  { covering }: Inclusion = notary.include(head, 2),
  heads: readonly OrgHead[] = headsWith(head, 2),
): void => {
  world.lastCovered = () => 2;
  world.covering = ((_: string, entry: number) => (entry <= 2 ? covering : null)) as never;
  world.heads = () => heads;
  world.ledgerKeys = () => [PUBLISHED];
};
const verified = async (path: string): Promise<ExportReport> => {
  const { text } = await call('GET', `/api/v1/credits/${path}`);
  return verifyExport(
    (async function* () {
      yield Buffer.from(text);
    })(),
  );
};

describe('GET /api/v1/credits/export', () => {
  it('CR-11 holds the newest signed statement about the org, right behind the entry it speaks of', async () => {
    sign();
    const { findings, signed, entries: count } = await verified('export');
    expect([findings, signed?.entry, signed?.keyId, count]).toEqual([[], 2, notary.keyId, 3]);
  });

  it('CR-11 goes as far as what is signed, also when that came while it was asked for', async () => {
    sign();
    world.lastEntry = () => 1;
    expect(await verified('export')).toMatchObject({ entries: 2, signed: { entry: 2 }, findings: [] });
  });

  it('CR-11 is no proof, and a 500, when the read model does not come to what was signed', async () => {
    for (const heads of [headsWith(head, 3), headsWith(head, 1), [head], []]) {
      sign(notary.include(head, 2), heads);
      expect((await call('GET', '/api/v1/credits/export')).status).toBe(500);
    }
  });
});

describe('GET /api/v1/credits/proof/{entry}', () => {
  it('CR-11 answers the entries from this one to the signed head, with the statement', async () => {
    sign();
    expect(await verified('proof/1')).toMatchObject({ entries: 2, signed: { entry: 2 }, findings: [] });
    expect(await verified('proof/2')).toMatchObject({ entries: 1, signed: { entry: 2 }, findings: [], balance: null });
  });

  it('CR-11 an entry that is not signed yet is 409 with Retry-After', async () => {
    sign();
    const { status, headers, body } = await call('GET', '/api/v1/credits/proof/3');
    expect([status, headers['retry-after']]).toEqual([409, '60']);
    expect(body.error).toMatchObject({ code: 'CONFLICT', reason: 'not_signed_yet' });
  });

  it('CR-11 an entry that is not there is 404', async () => {
    const { status, body } = await call('GET', '/api/v1/credits/proof/4');
    expect([status, body.error.code, body.error.reason]).toEqual([404, 'NOT_FOUND', 'unknown_entry']);
  });

  it.each(['0', '-1', '1.5', 'x', '1e3', '9999999999', '%00', '__proto__'])(
    'X-06 %j is no entry: 400',
    async (entry) => {
      const { status, body } = await call('GET', `/api/v1/credits/proof/${entry}`);
      expect([status, body.error.code]).toEqual([400, 'VALIDATION_ERROR']);
      expect(world.queries).toEqual([]);
    },
  );
});

describe('GET /api/v1/credits/keys', () => {
  it('CR-11 publishes what statements are verified with', async () => {
    world.ledgerKeys = () => [PUBLISHED];
    const { status, body } = await call('GET', '/api/v1/credits/keys');
    expect([status, body]).toEqual([200, { keys: [{ ...PUBLISHED, algorithm: 'Ed25519' }] }]);
  });
});
