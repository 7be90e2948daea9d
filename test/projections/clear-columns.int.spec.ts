import type { IdentityHash, OrgId, PersonId } from '../../src/domain/kernel/ids.js';
import { Projector } from '../../src/projections/projector.js';
import { VaultIdentityOpener } from '../../src/vault/identity-opener.js';
import { MemoryVault } from '../../src/vault/memory-vault.js';
import type { SealedIdentity } from '../../src/vault/vault.js';
import { HIT, Story } from '../support/events.js';
import { openReadSide, type ReadSide } from './support.js';

const ACME = 'acme' as OrgId;
const hash = 'hash' as IdentityHash;
/** Quotes, commas, braces and backslashes mean something to an array literal. */
const HOSTILE = `{"a",\\'b;--}`;

describe('clear columns of persons (OP-24, DESIGN §6)', () => {
  let side: ReadSide;
  const vault = new MemoryVault();
  beforeEach(async () => {
    side = await openReadSide();
  });
  afterEach(() => side.close());

  const recorded = async (story: Story, facts: SealedIdentity): Promise<{ id: PersonId; destroy: () => void }> => {
    const keyId = (await vault.keysFor(ACME, [hash])).get(hash)!;
    const sealed = await vault.seal(ACME, keyId, 'identity', facts);
    const id = story.person(ACME, { identities: [hash], keyId, sealed });
    return { id, destroy: () => vault.destroy(ACME, keyId) };
  };
  const project = (story: Story): Promise<unknown> => {
    const { database, positions } = side;
    const identities = new VaultIdentityOpener(vault);
    return new Projector({ database, positions, identities }).handle(story.batch());
  };

  it('hold what was sealed as it is compared, and nothing once its key is destroyed', async () => {
    const story = new Story();
    const facts = { firstName: 'Élodie', companyName: HOSTILE, country: 'FR', tags: ['VIP', HOSTILE] };
    const { destroy } = await recorded(story, { ...facts, email: 'elodie@example.com' });
    await project(story);
    const [row] = await side.rows('persons');
    const company = `{"a",\\'b;--}`;
    expect(row).toMatchObject({ first_name: 'elodie', company_name: company, country: 'fr', last_name: null });
    expect(row!['tags']).toEqual(['acme/vip', `acme/${company}`]);
    destroy();
    const later = await openReadSide();
    const { database, positions } = later;
    await new Projector({ database, positions, identities: new VaultIdentityOpener(vault) }).handle(story.batch());
    expect((await later.rows('persons'))[0]).toMatchObject({ first_name: null, company_name: null, tags: null });
    await later.close();
  });

  it('findings follow the ends of enrichments, and only add up', async () => {
    const story = new Story();
    const id = story.person(ACME);
    story.grant(ACME, 1_000);
    const [emails] = story.request(ACME, [id]);
    story.respond(ACME, emails!, HIT);
    const [phones] = story.request(ACME, [id], { field: 'phones' });
    await side.projector.handle(story.batch());
    expect(await side.rows('person_findings')).toMatchObject([{ has_email: true, has_phone: false }]);
    const stored = story.events.length;
    for (let step = 0; step < 3; step += 1) story.respond(ACME, phones!, { outcome: 'miss' });
    await side.projector.handle(story.batch(stored));
    const last = story.events.findLast(({ type }) => type === 'EnrichmentFinished');
    const [row] = await side.rows('person_findings');
    expect(row).toMatchObject({ has_email: true, has_phone: false });
    expect(Date.parse(String(row!['last_enriched_at']))).toBe(Date.parse(last!.time));
  });

  it('every filterable column has an index', async () => {
    const text = `select string_agg(indexdef, ' ') as all from pg_indexes where schemaname = '${side.schema}'
                  and tablename in ('persons', 'person_findings')`;
    const [found] = await side.database.query<{ all: string }>({ name: '', text });
    const columns = 'first_name last_name full_name title company_name company_domain country linkedin_url tags source';
    for (const column of `${columns} created_at has_email has_phone last_enriched_at`.split(' ')) {
      expect(found!.all).toMatch(new RegExp(`\\b${column}\\b`));
    }
  });
});
