import type { EnrichmentId, IdentityHash, KeyId, OrgId, PersonId, Sealed } from '../../src/domain/kernel/ids.js';
import { HIT, Story } from '../support/events.js';
import { state } from './stated.js';

/** Small deterministic generator (mulberry32): a seed is all that a failing run has to print. */
export const randomOf = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
};

export interface RandomStoryOptions {
  readonly seed: number;
  readonly partition?: number;
  readonly commands: number;
  readonly orgs: readonly OrgId[];
}

/** Grants, persons, requests, answers of all kinds (late and cached ones too), time-outs, cancellations, settings, refunds, adjustments, statements. */
export const randomStory = ({ seed, partition = 0, commands, orgs }: RandomStoryOptions): Story => {
  const random = randomOf(seed);
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;
  const story = new Story(partition);
  const worlds = orgs.map((orgId) => ({
    orgId,
    persons: [] as PersonId[],
    enrichments: [] as EnrichmentId[],
    refunded: new Set<EnrichmentId>(),
  }));
  for (const { orgId } of worlds) {
    story.grant(orgId, 1_000_000);
    changeSettings(story, orgId, random); // What is rare happens once at least: every table gets a row.
  }
  for (let count = 0; count < commands; count += 1) act(story, pick(worlds), random);
  state(story);
  return story;
};

interface World {
  readonly orgId: OrgId;
  readonly persons: PersonId[];
  readonly enrichments: EnrichmentId[];
  readonly refunded: Set<EnrichmentId>;
}

const act = (story: Story, world: World, random: () => number): void => {
  const { orgId, persons, enrichments } = world;
  const at = <T>(values: readonly T[]): T => values[Math.floor(random() * random() * values.length)] as T;
  const dice = random();
  if (persons.length === 0 || dice < 0.15) persons.unshift(story.person(orgId));
  else if (dice < 0.18) story.grant(orgId, 50, Math.floor(random() * 2_000));
  else if (dice < 0.2) story.execute(orgId, 'ExpireGrants', {});
  else if (dice < 0.21) state(story);
  else if (enrichments.length === 0 || dice < 0.4) {
    const ids = story.request(orgId, [at(persons)], { field: random() < 0.7 ? 'emails' : 'phones' });
    enrichments.unshift(...ids.filter((id) => !enrichments.includes(id)));
  } else if (dice < 0.43) expire(story, orgId, at(enrichments));
  else if (dice < 0.45) cancel(story, orgId, at(enrichments));
  else if (dice < 0.455) changeSettings(story, orgId, random);
  else if (dice < 0.46) story.adjust(orgId, random() < 0.5 ? 9 : -9);
  else if (dice < 0.5) refund(story, world, at(enrichments));
  else story.respond(orgId, at(enrichments), answer(random));
};

/** Caps that nothing here comes near. */
const changeSettings = (story: Story, orgId: OrgId, random: () => number): void => {
  const monthly = 10_000_000 + Math.floor(random() * 3);
  story.execute(orgId, 'ChangeSettings', { caps: { monthly }, by: 'user_1' });
};

const answer = (random: () => number) => {
  const dice = random();
  if (dice < 0.4) return { outcome: 'miss' } as const;
  if (dice < 0.5) return { outcome: 'error', reason: 'broken' } as const;
  if (dice < 0.6) return { ...HIT, verification: 'probable' } as const;
  if (dice < 0.7) return { ...HIT, ...cached(random) };
  return HIT;
};

const cached = (random: () => number) => {
  const identities = [`identity-${Math.floor(random() * 20)}`, `identity-${Math.floor(random() * 20)}`];
  const keyId = 'key-cache' as KeyId;
  const sealed = `cached-${random()}` as Sealed;
  return { cache: { cacheId: `cache-${random()}`, identities: identities as IdentityHash[], keyId, sealed } };
};

const expire = (story: Story, orgId: OrgId, enrichmentId: EnrichmentId): void => {
  story.wait(1_000);
  story.execute(orgId, 'ExpireEnrichment', { enrichmentId });
};

const refund = (story: Story, { orgId, refunded }: World, id: EnrichmentId): void => {
  if (story.enrichment(id).captured === 0 || refunded.has(id)) return;
  refunded.add(id);
  story.refund(orgId, id);
};

const cancel = (story: Story, orgId: OrgId, id: EnrichmentId): void => {
  const { status, personId, field, optionsHash } = story.enrichment(id);
  if (status !== 'pending') return;
  story.execute(orgId, 'CancelEnrichment', { personId, field, optionsHash });
};
