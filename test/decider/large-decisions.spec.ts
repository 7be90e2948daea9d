import { PERSONS_MAX } from '../../src/domain/enrichments/weigh-request.js';
import type { IdentityHash, KeyId, PersonId, Sealed } from '../../src/domain/kernel/ids.js';
import { STORY_PLAN } from '../support/events.js';
import { World } from './world.js';

const MAX_AGE_MS = 800_000;
/** As long as ids and sealed identities are. */
const UUID = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const HASH = 'f'.repeat(64);
const SEALED = 's'.repeat(300) as Sealed;
const PERSONS = Array.from({ length: PERSONS_MAX }, (_, n) => UUID(n) as PersonId);

let world: World;
beforeEach(() => {
  world = new World();
});
afterEach(() => world.end());

const record = (personId: PersonId) => {
  const identities = [`${HASH.slice(36)}${personId}` as IdentityHash];
  const person = { personId, identities, keyId: 'key-of-20-characters' as KeyId, sealed: SEALED };
  return world.command('RecordPerson', { ...person, source: 'api', mergedInto: null });
};

const bulk = () =>
  world.command(
    'RequestEnrichments',
    {
      personIds: PERSONS,
      field: 'emails',
      optionsHash: 'default',
      plan: STORY_PLAN,
      priceListVersion: 'prices-1',
      createdBy: `key:${UUID(0)}`,
      dialect: 'operations',
      maxAgeMs: MAX_AGE_MS,
    },
    { correlationId: UUID(1) },
  );

it('a bulk over as many people as are allowed, all of them overdue, is one decision (OP-09, OP-15)', async () => {
  const first = await world.process('first').deciding();
  world.send(PERSONS.map(record));
  await world.passUntil(() => world.replies.length === PERSONS_MAX, 'all are recorded');
  await world.ask(world.grant(PERSONS_MAX * 10));
  expect(await world.ask(bulk())).toMatchObject({ kind: 'answered', result: { created: PERSONS_MAX } });
  first.log.kill(); // Nobody sweeps while they become overdue.
  await world.clock.pass(MAX_AGE_MS + 20_000);
  await world.process('second').deciding();
  expect(await world.ask(bulk())).toMatchObject({ kind: 'answered', result: { created: PERSONS_MAX } });
  expect(world.types().filter((type) => type === 'EnrichmentFinished')).toHaveLength(PERSONS_MAX);
  expect(world.deadLetters()).toEqual([]);
});
