import type { ArrayParameter } from '../../src/db/array-parameter.js';
import { statement } from '../../src/db/database.js';
import { emptyAccount } from '../../src/domain/credits/account.js';
import { viewOf } from '../../src/domain/enrichments/enrichment-view.js';
import type { EnrichmentId, OrgId, PersonId } from '../../src/domain/kernel/ids.js';
import type { Instant } from '../../src/domain/kernel/instant.js';
import { AttemptsQuery } from '../../src/projections/attempt-log/attempt-log.query.js';
import { CreditsQuery } from '../../src/projections/credits/credits.query.js';
import { EnrichmentsQuery } from '../../src/projections/enrichments/enrichments.query.js';
import { ValuesQuery } from '../../src/projections/enrichments/values.query.js';
import { PersonsQuery } from '../../src/projections/persons/persons.query.js';
import { HIT, Story } from '../support/events.js';
import { ORG_A, ORG_B } from './stories.js';
import { openReadSide, type ReadSide } from './support.js';

/** No grant has ended by then. */
const NOW = '2000-01-01T00:00:00.000Z' as Instant;

describe('queries', () => {
  let side: ReadSide;
  let story: Story;
  beforeEach(async () => {
    side = await openReadSide();
    story = new Story();
    for (const org of [ORG_A, ORG_B]) story.grant(org, 100);
  });
  afterEach(() => side.close());

  const project = () => side.projector.handle(story.batch());
  const requestOne = (orgId: OrgId, personId: PersonId, field: 'emails' | 'phones' = 'emails'): EnrichmentId =>
    story.request(orgId, [personId], { field })[0] as EnrichmentId;

  it('OP-03 the newest enrichment of a person and field is shown as the decider answers it', async () => {
    const person = story.person(ORG_A);
    const first = requestOne(ORG_A, person);
    story.respond(ORG_A, first, { outcome: 'error', reason: 'broken' });
    story.respond(ORG_A, first, { outcome: 'error', reason: 'broken' });
    story.respond(ORG_A, first, { outcome: 'error', reason: 'broken' });
    const second = requestOne(ORG_A, person);
    const phones = requestOne(ORG_A, person, 'phones');
    await project();
    const query = new EnrichmentsQuery(side.database);
    expect(story.enrichment(first).status).toBe('failed');
    expect(await query.newest(ORG_A, person, 'emails')).toEqual(viewOf(story.enrichment(second)));
    expect(await query.newest(ORG_A, person, 'phones')).toEqual(viewOf(story.enrichment(phones)));
    expect(await query.byId(ORG_A, first)).toEqual(viewOf(story.enrichment(first)));
    expect(await query.newest(ORG_A, person, 'signals')).toBeNull();
  });

  it('who looks while others are looked up shares a statement with them, each within its own org', async () => {
    const [ofA, ofB] = [story.person(ORG_A), story.person(ORG_B)];
    const [idA, idB] = [requestOne(ORG_A, ofA), requestOne(ORG_B, ofB)];
    await project();
    const asked: number[] = [];
    const query = new EnrichmentsQuery({
      query: (statement, values = []) => {
        asked.push((values[0] as ArrayParameter).values.length);
        return side.database.query(statement, values);
      },
    });
    const looked = [
      query.newest(ORG_A, ofA, 'emails'),
      query.newest(ORG_B, ofA, 'emails'),
      query.newest(ORG_B, ofB, 'emails'),
      query.newest(ORG_A, ofB, 'emails'),
      query.newest(ORG_A, ofA, 'phones'),
      query.newest(ORG_A, ofA, 'emails'),
    ];
    expect((await Promise.all(looked)).map((view) => view?.id ?? null)).toEqual([idA, null, idB, null, null, idA]);
    expect(asked).toEqual([6]);
  });

  it('a row that cannot be read fails no look-up but its own', async () => {
    const [broken, sound] = [story.person(ORG_A), story.person(ORG_A)];
    const [brokenId, soundId] = [requestOne(ORG_A, broken), requestOne(ORG_A, sound)];
    await project();
    const spoil = "update enrichments set lines = '{}' where org_id = $1 and id = $2";
    await side.database.query(statement('', spoil), [ORG_A, brokenId]);
    const query = new EnrichmentsQuery(side.database);
    const looked = await Promise.allSettled([
      query.newest(ORG_A, broken, 'emails'),
      query.newest(ORG_A, sound, 'emails'),
    ]);
    expect(looked).toMatchObject([{ status: 'rejected' }, { status: 'fulfilled', value: { id: soundId } }]);
  });

  it('rows of another org do not exist, whatever id is asked for', async () => {
    const person = story.person(ORG_A);
    const id = requestOne(ORG_A, person);
    story.respond(ORG_A, id, HIT);
    await project();
    const { database } = side;
    expect(await new EnrichmentsQuery(database).byId(ORG_A, id)).not.toBeNull();
    expect(await new EnrichmentsQuery(database).byId(ORG_B, id)).toBeNull();
    expect(await new EnrichmentsQuery(database).newest(ORG_B, person, 'emails')).toBeNull();
    expect(await new PersonsQuery(database).byId(ORG_B, person)).toBeNull();
    expect(await new PersonsQuery(database).list(ORG_B, { limit: 10, after: null })).toEqual([]);
    expect(await new ValuesQuery(database).ofPerson(ORG_B, person)).toEqual([]);
    expect(await new AttemptsQuery(database).ofEnrichment(ORG_B, id)).toEqual([]);
    expect((await new CreditsQuery(database).balance(ORG_B, NOW)).balance).toBe(100);
  });

  it('two orgs may use the same person id', async () => {
    const personId = '0b0c6a0e-6a53-5d0e-9a55-0d4f6f0f6a10' as PersonId;
    for (const org of [ORG_A, ORG_B]) story.person(org, { personId, source: org });
    await project();
    const query = new PersonsQuery(side.database);
    expect((await query.byId(ORG_A, personId))?.source).toBe(ORG_A);
    expect((await query.byId(ORG_B, personId))?.source).toBe(ORG_B);
  });

  it('a merge replaces what is known of a person and keeps when and where it came from', async () => {
    const personId = story.person(ORG_A, { source: 'import' });
    await project();
    const query = new PersonsQuery(side.database);
    const before = await query.byId(ORG_A, personId);
    if (before === null) throw new Error('not projected');
    const [identity] = before.identities;
    const added = 'f'.repeat(64) as NonNullable<typeof identity>;
    const at = story.events.length;
    story.person(ORG_A, {
      identities: [added, identity as NonNullable<typeof identity>],
      sealed: 'bWVyZ2Vk' as typeof before.sealed,
      mergedInto: { personId, over: before.sealed },
    });
    expect(await side.projector.handle(story.batch(at))).toBe('stored');
    const after = await query.byId(ORG_A, personId);
    expect(after).toMatchObject({ source: 'import', createdAt: before.createdAt, sealed: 'bWVyZ2Vk' });
    expect(after?.identities).toEqual([added, identity]);
    expect(after?.updatedAt).not.toBe(before.updatedAt);
  });

  it('OP-17 X-12 persons come in the order they were created, page by page', async () => {
    const ids = Array.from({ length: 7 }, () => story.person(ORG_A));
    await project();
    const query = new PersonsQuery(side.database);
    const first = await query.list(ORG_A, { limit: 4, after: null });
    const second = await query.list(ORG_A, { limit: 4, after: first.at(-1) ?? null });
    expect([...first, ...second].map(({ id }) => id)).toEqual(ids);
    expect(first).toHaveLength(4);
    const newest = await query.list(ORG_A, { limit: 3, after: null, newestFirst: true });
    const older = await query.list(ORG_A, { limit: 9, after: newest.at(-1) ?? null, newestFirst: true });
    expect([...newest, ...older].map(({ id }) => id)).toEqual(ids.toReversed());
  });

  it('values found for a person come newest first, those of other fields too, and none of a miss', async () => {
    const person = story.person(ORG_A);
    const emails = requestOne(ORG_A, person);
    story.respond(ORG_A, emails, HIT);
    const phones = requestOne(ORG_A, person, 'phones');
    story.respond(ORG_A, phones, { ...HIT, verification: 'valid' });
    const missed = requestOne(ORG_A, story.person(ORG_A));
    for (const _ of [1, 2, 3]) story.respond(ORG_A, missed);
    await project();
    const values = await new ValuesQuery(side.database).ofPerson(ORG_A, person);
    expect(values.map(({ enrichmentId }) => enrichmentId)).toEqual([phones, emails]);
    expect(values[1]).toMatchObject({ field: 'emails', verification: 'deliverable', keyId: 'key-values' });
    expect(Buffer.from(values[1]?.sealed ?? '', 'base64').toString()).toBe(`values-${emails}`);
    expect(story.enrichment(missed).dataFound).toBe(false);
    expect(await new ValuesQuery(side.database).ofPerson(ORG_A, story.enrichment(missed).personId)).toEqual([]);
  });

  it('WF-08 the trace names every answer in order, late ones too', async () => {
    const id = requestOne(ORG_A, story.person(ORG_A));
    story.respond(ORG_A, id, { latencyMs: 12.6 });
    story.respond(ORG_A, id, HIT);
    story.respond(ORG_A, id, { ...HIT, attempt: 9, step: 2 });
    await project();
    const attempts = await new AttemptsQuery(side.database).ofEnrichment(ORG_A, id);
    expect(attempts.map(({ attempt, step, outcome, late }) => [attempt, step, outcome, late])).toEqual([
      [1, 1, 'miss', false],
      [2, 2, 'hit', false],
      [9, 2, 'hit', true],
    ]);
    expect(attempts[0]?.latencyMs).toBe(13);
    expect(attempts.map(({ price }) => price)).toEqual([0, 2, 0]);
    expect(attempts.map(({ waterfallVersion }) => waterfallVersion)).toEqual([3, 3, 3]);
  });

  it('CR-09 the balance counts what is reserved apart, and says what expires next', async () => {
    story.grant(ORG_A, 7, 60_000);
    story.grant(ORG_A, 5, 90_000);
    const expiresAt = story.account(ORG_A)?.grants[0]?.expiresAt;
    requestOne(ORG_A, story.person(ORG_A));
    await project();
    const query = new CreditsQuery(side.database);
    // The reservation of 3 was burnt from the grant that expires first.
    const nextExpiry = { amount: 4, at: expiresAt };
    expect(await query.balance(ORG_A, NOW)).toEqual({ balance: 112, reserved: 3, available: 109, nextExpiry });
    expect(await query.balance(ORG_B, NOW)).toEqual({ balance: 100, reserved: 0, available: 100, nextExpiry: null });
  });

  it('an org without any entry has nothing', async () => {
    const { balance, reserved } = emptyAccount('org_new' as OrgId);
    const expected = { balance, reserved, available: 0, nextExpiry: null };
    expect(await new CreditsQuery(side.database).balance('org_new' as OrgId, NOW)).toEqual(expected);
  });
});
