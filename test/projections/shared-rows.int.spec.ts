import type { EnrichmentId, IdentityHash, KeyId, OrgId, Sealed } from '../../src/domain/kernel/ids.js';
import { foldBatch } from '../../src/projections/batch.js';
import { writeRows } from '../../src/projections/store.js';
import { discardProjections } from '../../src/projections/discard.js';
import { HIT, Story } from '../support/events.js';
import { foundStory } from './stories.js';
import { identitiesIn } from '../../src/projections/persons/identities.js';
import { openReadSide, storyIdentities, type ReadSide } from './support.js';

const orgOf = (partition: number) => `org_${partition}` as OrgId;

/** One hit per name that may fill the cross-org cache, in this order. */
const cachingStory = (partition: number, names: readonly string[], startsAfterMs = 0): Story => {
  const story = new Story(partition);
  story.wait(startsAfterMs);
  const orgId = orgOf(partition);
  story.grant(orgId, 1_000_000);
  for (const name of names) cache(story, orgId, name);
  return story;
};

const cache = (story: Story, orgId: OrgId, name: string): void => {
  const [id] = story.request(orgId, [story.person(orgId)]);
  const entry = { cacheId: `${orgId}/${name}`, keyId: 'cache-key' as KeyId, sealed: 'c2VhbGVk' as Sealed };
  story.respond(orgId, id as EnrichmentId, { ...HIT, cache: { ...entry, identities: [name as IdentityHash] } });
};

describe('rows and the order of what writes them', () => {
  let side: ReadSide;
  beforeEach(async () => {
    side = await openReadSide();
  });
  afterEach(() => side.close());

  const discard = (partition: number) => side.database.transaction((sql) => discardProjections(sql, partition));
  const cachedBy = async () => (await side.rows('known_contacts')).map(({ cache_id }) => cache_id);

  it('CR-05 the latest answer stays in the cache, whichever partition is projected last', async () => {
    // The early one is later in its partition, and in the higher one: only time tells.
    const early = cachingStory(1, ['other', 'ada']);
    const late = cachingStory(0, ['ada'], 60_000);
    await side.projector.handle(late.batch());
    await side.projector.handle(early.batch());
    expect(await cachedBy()).toContain('org_0/ada');
    const reversed = await openReadSide();
    await reversed.projector.handle(early.batch());
    await reversed.projector.handle(late.batch());
    expect(await reversed.rows('known_contacts')).toEqual(await side.rows('known_contacts'));
    await reversed.close();
  });

  it('of answers at the same instant the higher partition stays, in either order', async () => {
    const [zero, one] = [cachingStory(0, ['ada']), cachingStory(1, ['ada'])];
    await side.projector.handle(one.batch());
    await side.projector.handle(zero.batch());
    expect(await cachedBy()).toEqual(['org_1/ada']);
    await discard(0);
    await side.projector.handle(zero.batch());
    expect(await cachedBy()).toEqual(['org_1/ada']);
  });

  it('projectors of two partitions that share many rows do not deadlock', async () => {
    const names = Array.from({ length: 150 }, (_, index) => `name-${index}`);
    const stories = [cachingStory(0, names), cachingStory(1, names.toReversed())];
    for (let round = 0; round < 5; round += 1) {
      const outcomes = await Promise.all(stories.map((story) => side.projector.handle(story.batch())));
      expect(outcomes).toEqual(['stored', 'stored']);
      for (const { partition } of stories) await discard(partition);
    }
  });

  it('a row is never replaced by an older one', async () => {
    const { story } = foundStory();
    await side.projector.handle(story.batch());
    const tables = ['enrichments', 'credit_accounts', 'credit_entries', 'persons', 'person_findings', 'attempt_log'];
    const opened = storyIdentities.openAll(identitiesIn(story.events));
    const before = await Promise.all(tables.map((table) => side.rows(table)));
    const requested = story.events.findIndex(({ type }) => type === 'EnrichmentRequested');
    for (const events of [story.events.slice(0, requested + 2), story.events]) {
      const { writes } = foldBatch(events, { enrichments: [], accounts: [], identities: await opened });
      await writeRows(side.database, writes, 'upsert');
      expect(await Promise.all(tables.map((table) => side.rows(table)))).toEqual(before);
    }
  });

  it('a discarded partition is projected again from its start, the others stay', async () => {
    const stories = [0, 1].map((partition) => cachingStory(partition, [`name-${partition}`]));
    for (const story of stories) await side.projector.handle(story.batch());
    const tables = ['enrichments', 'credit_accounts', 'credit_entries', 'persons', 'known_contacts', 'attempt_log'];
    const all = () => Promise.all([...tables, 'projection_checkpoints'].map((table) => side.rows(table)));
    const before = await all();
    await discard(1);
    const left = (await all()).flat().map(({ partition }) => partition);
    expect(left.length).toBeGreaterThan(0);
    expect(left.every((partition) => partition === 0)).toBe(true);
    expect(await side.projector.handle(stories[1]?.batch() as never)).toBe('stored');
    expect(await all()).toEqual(before);
  });
});
