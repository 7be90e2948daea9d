import type { EnrichmentId, IdentityHash, KeyId, Sealed } from '../../src/domain/kernel/ids.js';
import { foldBatch } from '../../src/projections/batch.js';
import { streamsToRead } from '../../src/projections/streams-to-read.js';
import { HIT, Story } from '../support/events.js';
import { foundStory, ORG_A } from './stories.js';

const NOTHING = { enrichments: [], accounts: [], identities: new Map() };

describe('folding a batch', () => {
  it('writes each table at most once, each row once, and nothing for tables that do not change', () => {
    const { story } = foundStory();
    const { writes } = foldBatch(story.events, NOTHING);
    expect(writes.map(({ table, rows }) => [table.name, rows])).toEqual([
      ['enrichments', 1],
      ['credit_accounts', 1],
      ['credit_entries', 4],
      ['persons', 1],
      ['person_findings', 1],
      ['attempt_log', 2],
    ]);
  });

  it('reads only what it does not begin itself', () => {
    const { story } = foundStory();
    const requestedAt = story.events.findIndex(({ type }) => type === 'EnrichmentRequested');
    const id = story.events[requestedAt]?.subject.split('/')[1];
    expect(streamsToRead(story.events)).toEqual({ enrichments: [], accounts: [ORG_A] });
    expect(streamsToRead(story.events.slice(requestedAt + 1))).toEqual({ enrichments: [id], accounts: [ORG_A] });
    expect(streamsToRead(story.events.filter(({ type }) => type === 'PersonRecorded'))).toEqual({
      enrichments: [],
      accounts: [],
    });
  });

  it('orders shared rows by key, whatever the order of the log, so that two projectors cannot lock each other out', () => {
    const story = new Story();
    story.grant(ORG_A, 100);
    const cached = (name: string) => {
      const cache = { cacheId: name, identities: [name as IdentityHash], keyId: 'k' as KeyId, sealed: 's' as Sealed };
      const [id] = story.request(ORG_A, [story.person(ORG_A)]);
      story.respond(ORG_A, id as EnrichmentId, { ...HIT, cache });
    };
    for (const name of ['c', 'a', 'b', 'a']) cached(name);
    const contacts = foldBatch(story.events, NOTHING).writes.find(({ table }) => table.name === 'known_contacts');
    expect(contacts?.parameters[0]?.values).toEqual(['a', 'b', 'c']);
  });

  it('stops at an answer for an enrichment that was never requested', () => {
    const { story } = foundStory();
    const answers = story.events.filter(({ type }) => type === 'ProviderResponded');
    expect(() => foldBatch(answers, NOTHING)).toThrow('never requested');
  });
});
