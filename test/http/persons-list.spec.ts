import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { PersonId } from '../../src/domain/kernel/ids.js';
import { MATCH_ALL } from '../../src/projections/persons/filter/filter.js';
import { ORG, startApp, type World } from './app.js';
import { callerOf, type Call } from './call.js';
import { CREATED, EMPTY_PERSON, LINKEDIN, personRow } from './persons.js';
import { PERSON } from './views.js';

let app: NestFastifyApplication;
let world: World;
let call: Call;
beforeEach(async () => {
  ({ app, world } = await startApp());
  call = callerOf(app);
});
afterEach(() => app.close());

describe('GET /api/v1/persons', () => {
  const ids = [1, 2, 3].map((n) => `${PERSON.slice(0, -1)}${n}` as PersonId);
  const rows = () => Promise.all(ids.map((id) => personRow(world, undefined, id)));

  it('PR-03, X-12 pages with an opaque cursor until it is null', async () => {
    const all = await rows();
    world.persons = () => all;
    const first = await call('GET', '/api/v1/persons?limit=2');
    expect(first.body.persons.map(({ id }: never) => id)).toEqual(ids.slice(0, 2));
    world.persons = () => all.slice(2);
    const second = await call('GET', `/api/v1/persons?limit=2&cursor=${first.body.nextCursor}`);
    expect(second.body).toEqual({
      persons: [{ ...EMPTY_PERSON, id: ids[2], linkedinUrl: LINKEDIN }],
      nextCursor: null,
    });
    const after = { createdAt: CREATED, id: ids[1] };
    expect(world.queries).toEqual([
      `persons ${JSON.stringify([ORG, { after: null, filter: MATCH_ALL, limit: 3, newestFirst: false }])}`,
      `persons ${JSON.stringify([ORG, { after, filter: MATCH_ALL, limit: 3, newestFirst: false }])}`,
    ]);
  });

  it('X-12 takes 50 by default and 200 at most, in either order', async () => {
    await call('GET', '/api/v1/persons');
    await call('GET', '/api/v1/persons?limit=200&order=-createdAt');
    expect(world.queries.map((query) => JSON.parse(query.slice('persons '.length))[1])).toEqual([
      { limit: 51, newestFirst: false, after: null, filter: MATCH_ALL },
      { limit: 201, newestFirst: true, after: null, filter: MATCH_ALL },
    ]);
  });

  it('PR-03, OP-24 hands on what filters say, and the words of q', async () => {
    const filters = JSON.stringify({
      and: [{ field: 'title', op: 'contains', value: 'CTO' }, { not: { field: 'hasEmail', op: 'eq', value: true } }],
    });
    await call('GET', `/api/v1/persons?filters=${encodeURIComponent(filters)}`);
    await call('GET', '/api/v1/persons?q=Ada+Love');
    const [filtered, searched] = world.queries.map((query) => JSON.parse(query.slice('persons '.length))[1].filter);
    expect(filtered).toEqual({
      kind: 'and',
      filters: [
        { kind: 'search', field: 'title', op: 'contains', value: 'CTO' },
        { kind: 'not', filter: { kind: 'flag', field: 'hasEmail', values: [true] } },
      ],
    });
    expect(
      searched.filters.map(({ kind, filters: words }: { kind: string; filters: unknown[] }) => [kind, words[0]]),
    ).toEqual([
      ['or', { kind: 'search', field: 'firstName', op: 'contains', value: 'ada' }],
      ['or', { kind: 'search', field: 'firstName', op: 'contains', value: 'love' }],
    ]);
  });

  it('leaves out erased persons and goes on behind them', async () => {
    const all = await rows();
    world.persons = () => all;
    world.vault.destroy(ORG, all[0]!.keyId);
    const { status, body } = await call('GET', '/api/v1/persons?limit=2');
    expect([status, body.persons]).toEqual([200, []]);
    expect(body.nextCursor).toEqual(expect.any(String));
  });

  it.each([
    ['limit=0', 'limit'],
    ['limit=201', 'limit'],
    ['limit=-1', 'limit'],
    ['limit=1.5', 'limit'],
    ['limit=1e2', 'limit'],
    ['limit=', 'limit'],
    ['limit=2&limit=3', 'limit'],
    ['order=name', 'order'],
    ['cursor=', 'cursor'],
    ['cursor=abc', 'cursor'],
    [
      `cursor=${Buffer.from('["-createdAt","2026-11-21T01:02:03.004Z","550e8400-e29b-41d4-a716-446655440000"]').toString('base64url')}`,
      'cursor',
    ],
    [
      `cursor=${Buffer.from('["createdAt","yesterday","550e8400-e29b-41d4-a716-446655440000"]').toString('base64url')}`,
      'cursor',
    ],
    [`cursor=${Buffer.from('["createdAt","2026-11-21T01:02:03.004Z","1"]').toString('base64url')}`, 'cursor'],
    ['filters=', 'filters'],
    ['filters=%7B', 'filters'],
    ['filters=%5B%5D', 'filters'],
    ['filters=%7B%22field%22%3A%22email%22%7D', 'filters.field'],
    [`filters=${encodeURIComponent('{"field":"title","op":"eq","value":"a","value":"b"}')}`, 'filters'],
    ['filters=%7B%7D&q=ada', 'q'],
    ['q=', 'q'],
    ['q=a', 'q'],
    ['q=aa+bb+cc+dd+ee+ff', 'q'],
    ['constructor=1', 'constructor'],
  ])('PR-03 refuses ?%s', async (query, path) => {
    const { status, body } = await call('GET', `/api/v1/persons?${query}`);
    expect([status, body.error.code, body.error.details[0].path]).toEqual([400, 'VALIDATION_ERROR', path]);
    expect(world.queries).toEqual([]);
  });
});
