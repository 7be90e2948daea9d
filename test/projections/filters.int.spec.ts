import { randomUUID } from 'node:crypto';
import { statement } from '../../src/db/database.js';
import type { IdentityHash, KeyId, OrgId, PersonId, Sealed } from '../../src/domain/kernel/ids.js';
import { instantOf } from '../../src/domain/kernel/instant.js';
import { clearColumnsOf } from '../../src/projections/persons/clear-columns.js';
import { DATE_FIELDS, FLAG_FIELDS, InvalidFilter, TEXT_FIELDS } from '../../src/projections/persons/filter/filter.js';
import { parseFilter } from '../../src/projections/persons/filter/parse.js';
import { PERSON_FINDINGS } from '../../src/projections/persons/person-findings.projection.js';
import { PERSONS } from '../../src/projections/persons/persons.projection.js';
import { PersonsQuery } from '../../src/projections/persons/persons.query.js';
import { matches, type Known } from './filter-world.js';
import { randomOf } from './random-story.js';
import { openReadSide, type ReadSide } from './support.js';

jest.setTimeout(120_000);
const seed = Number(process.env['FILTER_SEED'] ?? Date.now() % 1_000_000);
const ORGS = ['acme', "o'brien%_"] as OrgId[];
const PEOPLE = 60;
const FILTERS = 700;
const START_MS = Date.UTC(2026, 0, 1);
const WORDS = [
  'Ada',
  'ÁDÁ',
  'Straße',
  'Lovelace',
  'a%',
  '%%',
  '__',
  '\\\\',
  "'; drop table persons; --",
  "' or org_id <> '",
  '$1',
  '{a,b}',
  '"q"',
  'acme/vip',
  'vip',
  'NULL',
  'null',
  '😀😀',
  'عربي',
  'x'.repeat(420),
];

describe(`filters against an evaluator in memory (OP-24, seed ${seed})`, () => {
  let side: ReadSide;
  const world = new Map<OrgId, readonly Known[]>();
  const random = randomOf(seed);
  const below = (n: number): number => Math.floor(random() * n);
  const pick = <T>(values: readonly T[]): T => values[below(values.length)] as T;
  const maybe = <T>(make: () => T): T | undefined => (random() < 0.6 ? make() : undefined);
  const words = () => Array.from({ length: 1 + below(2) }, () => pick(WORDS)).join(' ');
  const timeMs = () => START_MS + below(40) * 1_000;

  const newPerson = (): Known => ({
    id: randomUUID(),
    identity: Object.fromEntries(
      [
        ...TEXT_FIELDS.filter((field) => field !== 'source').map((field) => [field, maybe(words)]),
        ['tags', maybe(() => [pick(WORDS), pick(WORDS)])],
      ].filter(([, value]) => value !== undefined),
    ),
    source: pick(['api', 'import', 'demo']),
    createdMs: timeMs(),
    hasEmail: random() < 0.5,
    hasPhone: random() < 0.5,
    lastEnrichedMs: null,
  });

  const store = async (orgId: OrgId, people: readonly Known[]): Promise<void> => {
    const place = { partition: 0, seq: 1 };
    const box = { keyId: 'k' as KeyId, sealed: 's' as Sealed, identities: ['h' as IdentityHash] };
    const persons = people.map(({ id, identity, source, createdMs }) => ({
      ...box,
      ...place,
      id: id as PersonId,
      orgId,
      clear: clearColumnsOf(orgId, identity),
      source,
      createdAt: instantOf(createdMs),
      updatedAt: instantOf(createdMs),
    }));
    const found = people.flatMap(({ id, hasEmail, hasPhone, lastEnrichedMs }) =>
      lastEnrichedMs === null
        ? []
        : [
            {
              orgId,
              personId: id as PersonId,
              hasEmail,
              hasPhone,
              lastEnrichedAt: instantOf(lastEnrichedMs),
              ...place,
            },
          ],
    );
    const options = { firstParameter: 1, condition: 'true', mode: 'insert' } as const;
    await side.database.query(statement('', PERSONS.insertSql(options)), [...PERSONS.parameters(persons)]);
    await side.database.query(statement('', PERSON_FINDINGS.insertSql(options)), [
      ...PERSON_FINDINGS.parameters(found),
    ]);
  };

  beforeAll(async () => {
    side = await openReadSide();
    for (const orgId of ORGS) {
      const people = Array.from({ length: PEOPLE }, newPerson).map((person) =>
        random() < 0.5 ? { ...person, lastEnrichedMs: timeMs() } : { ...person, hasEmail: false, hasPhone: false },
      );
      await store(orgId, people);
      world.set(orgId, people);
    }
  });
  afterAll(() => side.close());

  const condition = (): unknown => {
    const dice = random();
    if (dice < 0.15) {
      const field = pick([...TEXT_FIELDS, 'tags', ...DATE_FIELDS, ...FLAG_FIELDS]);
      return { field, op: 'exists', value: random() < 0.5 };
    }
    if (dice < 0.3) {
      const date = () => instantOf(timeMs());
      const op = pick(['eq', 'neq', 'gt', 'gte', 'lt', 'lte', 'in']);
      return { field: pick(DATE_FIELDS), op, value: op === 'in' ? [date(), date()] : date() };
    }
    if (dice < 0.4) return { field: pick(FLAG_FIELDS), op: pick(['eq', 'neq']), value: random() < 0.5 };
    const field = random() < 0.2 ? 'tags' : pick(TEXT_FIELDS);
    const op = pick(field === 'tags' ? ['eq', 'neq', 'in', 'contains'] : ['eq', 'neq', 'in', 'contains', 'startsWith']);
    return { field, op, value: op === 'in' ? [words(), pick(WORDS)] : random() < 0.5 ? words() : pick(WORDS) };
  };
  const filter = (depth = 0): unknown => {
    if (depth === 3 || random() < 0.3) return condition();
    if (random() < 0.3) return { not: filter(depth + 1) };
    return { [pick(['and', 'or'])]: Array.from({ length: 1 + below(2) }, () => filter(depth + 1)) };
  };

  it('finds the same people, in order, and never one of another org', async () => {
    const query = new PersonsQuery(side.database);
    let nonempty = 0;
    for (let round = 0; round < FILTERS; round += 1) {
      const given = filter();
      const parsed = parseFilter(given, 'filters');
      for (const orgId of ORGS) {
        const expected = world
          .get(orgId)!
          .filter((person) => matches(parsed, person))
          .sort((one, other) => one.createdMs - other.createdMs || (one.id < other.id ? -1 : 1))
          .map(({ id }) => id);
        const listed = await query.list(orgId, { limit: 201, after: null, filter: parsed });
        expect({ given, ids: listed.map(({ id }) => id) }).toEqual({ given, ids: expected });
        nonempty += expected.length > 0 ? 1 : 0;
        const [skip, take] = [below(5), 1 + below(10)];
        const excluded = expected.filter(() => random() < 0.2) as PersonId[];
        const selected = await query.select(orgId, { filter: parsed, skip, excluded, take });
        const left = expected.slice(skip).filter((id) => !excluded.includes(id as PersonId));
        expect({ given, selected }).toEqual({ given, selected: left.slice(0, take) });
      }
    }
    expect(nonempty).toBeGreaterThan(FILTERS / 2);
  });

  it('JSON of any kind is a filter or an error with its path, and breaks nothing', async () => {
    const query = new PersonsQuery(side.database);
    const junk = (depth = 0): unknown => {
      const dice = below(depth > 3 ? 7 : 10);
      if (dice < 7)
        return pick([null, 1, true, '', 'a', '\0', pick(WORDS), [], {}, '\ud800', -0, 'firstName', 'org_id']);
      if (dice === 7) return [junk(depth + 1), junk(depth + 1)];
      const key = () => pick(['field', 'op', 'value', 'and', 'or', 'not', '__proto__x', 'org_id']);
      return { [key()]: junk(depth + 1), [key()]: random() < 0.5 ? condition() : junk(depth + 1) };
    };
    for (let round = 0; round < 2_000; round += 1) {
      const given = random() < 0.3 ? { ...(condition() as object), [pick(['field', 'op', 'value'])]: junk() } : junk();
      try {
        await query.list(pick(ORGS), { limit: 1, after: null, filter: parseFilter(given, 'filters') });
      } catch (error) {
        expect(error).toBeInstanceOf(InvalidFilter);
        expect((error as InvalidFilter).path).toMatch(/^filters/);
      }
    }
    expect(await side.rows('persons')).toHaveLength(ORGS.length * PEOPLE);
  });
});
