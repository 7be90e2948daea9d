import type { EnrichmentId, IdentityHash, KeyId, OrgId, Sealed } from '../../src/domain/kernel/ids.js';
import { foldBatch } from '../../src/projections/batch.js';
import { HIT, Story } from '../support/events.js';

const NOTHING = { enrichments: [], accounts: [], identities: new Map() };
const cachingStory = (partition: number, afterMs: number): Story => {
  const story = new Story(partition);
  const orgId = `org_${partition}` as OrgId;
  story.wait(afterMs);
  story.grant(orgId, 100);
  const [id] = story.request(orgId, [story.person(orgId)]);
  const cache = {
    cacheId: `${orgId}/ada`,
    identities: ['ada' as IdentityHash],
    keyId: 'k' as KeyId,
    sealed: 's' as Sealed,
  };
  story.respond(orgId, id as EnrichmentId, { ...HIT, cache });
  return story;
};

it('CR-05 the latest answer stays in the cache when batches of two partitions share a statement', () => {
  const late = cachingStory(0, 60_000);
  const early = cachingStory(1, 0);
  const { writes } = foldBatch([...late.events, ...early.events], NOTHING);
  const contacts = writes.find(({ table }) => table.name === 'known_contacts');
  expect(contacts?.parameters[2]?.values).toEqual(['org_0/ada']);
});
