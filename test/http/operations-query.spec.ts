import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Unavailable } from '../../src/commands/outcomes.js';
import type { EnrichmentId, PersonId } from '../../src/domain/kernel/ids.js';
import { startApp, type World } from './app.js';
import { callerOf, type Call } from './call.js';
import { foundView, pendingView, personNumber } from './views.js';

const QUERY = '/api/v1/operations/enrichment/batch/query';
const MAX_AGE_MS = 800_000;
const [A, B, C] = [personNumber(1), personNumber(2), personNumber(3)];

let app: NestFastifyApplication;
let world: World;
let call: Call;
beforeAll(async () => {
  ({ app, world } = await startApp());
  call = callerOf(app);
});
beforeEach(() => world.reset());
afterAll(() => app.close());

const task = (entityId: string, field = 'emails') => ({ entityId, field });
const query = (tasks: unknown) => call('POST', QUERY, { body: { tasks } });
const overdue = (personId: PersonId, n: number) =>
  pendingView(world.clock.now() - MAX_AGE_MS, {
    personId,
    id: `0b0c6a0e-6a53-8d0e-9a55-${String(n).padStart(12, '0')}` as EnrichmentId,
  });
/** Ends whatever is asked for, at growing positions. */
const expireAll = () => {
  let offset = 40n;
  const views = new Map<string, ReturnType<typeof overdue>>();
  world.execute = (_type: string, { enrichmentId }: { enrichmentId: string }) => ({
    result: { enrichment: { ...views.get(enrichmentId)!, status: 'timeout', error: 'too late' } },
    replayed: false,
    position: { partition: 3, offset: offset++ },
  });
  return (personId: PersonId, n: number) => {
    const view = overdue(personId, n);
    views.set(view.id, view);
    return view;
  };
};

describe('POST /api/v1/operations/enrichment/batch/query', () => {
  it('OP-20 answers in the order of the tasks, with none where there is none', async () => {
    const now = world.clock.now();
    world.newestOfEach = () => [null, foundView(now), pendingView(now - 6_000, { id: overdue(B, 2).id })];
    const { status, headers, body } = await query([task(C, 'phones'), task(A.toUpperCase()), task(B)]);
    expect(status).toBe(200);
    expect(body).toMatchObject([
      { entityId: C, field: 'phones', status: 'none' },
      { status: 'finished', dataFound: true },
      { status: 'pending' },
    ]);
    expect(Object.keys(body[0])).toEqual(['entityId', 'field', 'status']);
    expect(headers['retry-after']).toBe('2');
    const targets = [
      { personId: C, field: 'phones' },
      { personId: A, field: 'emails' },
      { personId: B, field: 'emails' },
    ];
    expect(world.queries[0]).toBe(`newestOfEach ["org_1",${JSON.stringify(targets)}]`);
    expect(world.commands).toEqual([]);
  });

  it('OP-20 asks the read model once for all when there is one for each', async () => {
    world.newestOfEach = () => [foundView(world.clock.now())];
    await query([task(A)]);
    expect(world.queries).toHaveLength(1);
  });

  it('OP-20, X-11 says none only when the read model has passed the end of the log', async () => {
    const looks = [[null], [foundView(world.clock.now())]];
    world.newestOfEach = () => looks.shift();
    world.end = () => ({ partition: 1, offset: 9n });
    const { body } = await query([task(A)]);
    expect(body).toMatchObject([{ status: 'finished' }]);
    expect(world.waits).toEqual(['1:9 1000']);
  });

  it('X-11 answers 503 rather than a wrong none', async () => {
    world.newestOfEach = () => [null];
    world.end = () => ({ partition: 1, offset: 9n });
    world.reached = () => false;
    expect((await query([task(A)])).status).toBe(503);
  });

  it('X-11 waits for the position that the client sends', async () => {
    world.newestOfEach = () => [foundView(world.clock.now())];
    await call('POST', QUERY, { body: { tasks: [task(A)] }, headers: { 'x-tributary-position': '2:7' } });
    expect(world.waits).toEqual(['2:7 1000']);
  });

  it('OP-09, OP-20 ends overdue ones, each once, and tells where the log stands then', async () => {
    const overdueOf = expireAll();
    const first = overdueOf(A, 1);
    world.newestOfEach = () => [first, foundView(world.clock.now()), overdueOf(B, 2), first];
    const { status, headers, body } = await query([task(A), task(C), task(B), task(A)]);
    expect(status).toBe(200);
    expect(body.map((one: { status: string }) => one.status)).toEqual(['timeout', 'finished', 'timeout', 'timeout']);
    expect(world.commands.map(({ type, data }) => [type, data['enrichmentId']])).toEqual([
      ['ExpireEnrichment', first.id],
      ['ExpireEnrichment', overdue(B, 2).id],
    ]);
    expect(headers['x-tributary-position']).toBe('3:41');
  });

  it('OP-20 ends them in parallel, at most 32 at a time', async () => {
    const overdueOf = expireAll();
    const views = Array.from({ length: 100 }, (_, n) => overdueOf(personNumber(n), n));
    world.newestOfEach = () => views;
    let running = 0;
    let most = 0;
    const expire = world.execute;
    world.execute = async (...asked: never[]) => {
      most = Math.max(most, ++running);
      await new Promise(setImmediate);
      running--;
      return expire(...asked);
    };
    const { body } = await query(views.map(({ personId }) => task(personId)));
    expect(body.map(({ entityId }: { entityId: string }) => entityId)).toEqual(views.map(({ personId }) => personId));
    expect(most).toBe(32);
  });

  it('OP-20 answers 503 when an overdue one cannot be ended', async () => {
    world.newestOfEach = () => [overdue(A, 1)];
    world.execute = () => {
      throw new Unavailable('no_answer', 2);
    };
    expect((await query([task(A)])).status).toBe(503);
  });

  it('OP-20 takes 0 to 200 tasks', async () => {
    world.newestOfEach = (_org: string, targets: readonly unknown[]) => targets.map(() => null);
    expect(await query([])).toMatchObject({ status: 200, body: [] });
    expect((await query(Array(200).fill(task(A)))).body).toHaveLength(200);
    const { status, body } = await query(Array(201).fill(task(A)));
    expect([status, body.error.reason]).toEqual([400, 'too_many_tasks']);
  });

  it.each([
    ['missing tasks', undefined, 'tasks', 'invalid_tasks'],
    ['tasks null', null, 'tasks', 'invalid_tasks'],
    ['tasks a string', 'a', 'tasks', 'invalid_tasks'],
    ['tasks an object', {}, 'tasks', 'invalid_tasks'],
    ['a task null', [null], 'tasks.0', 'invalid_task'],
    ['a task a string', [task(A), 'a'], 'tasks.1', 'invalid_task'],
    ['a task an array', [[]], 'tasks.0', 'invalid_task'],
    ['an empty task', [{}], 'tasks.0.entityId', 'invalid_entity_id'],
    ['entityId malformed', [task(A), task('x')], 'tasks.1.entityId', 'invalid_entity_id'],
    ['entityId a number', [{ entityId: 1, field: 'emails' }], 'tasks.0.entityId', 'invalid_entity_id'],
    ['entityId null', [{ entityId: null, field: 'emails' }], 'tasks.0.entityId', 'invalid_entity_id'],
    ['field missing', [{ entityId: A }], 'tasks.0.field', 'invalid_field'],
    ['field unknown', [task(A, 'email')], 'tasks.0.field', 'invalid_field'],
    ['field in an array', [{ entityId: A, field: ['emails'] }], 'tasks.0.field', 'invalid_field'],
    ['another entityType', [{ ...task(A), entityType: 'company' }], 'tasks.0.entityType', 'invalid_entity_type'],
    ['entityType null', [{ ...task(A), entityType: null }], 'tasks.0.entityType', 'invalid_entity_type'],
    ['an unknown property of a task', [{ ...task(A), nope: 1 }], 'tasks.0.nope', 'unknown_property'],
  ])('OP-20 refuses %s', async (_what, tasks, path, reason) => {
    const { status, body } = await query(tasks);
    expect([status, body.error.code, body.error.reason]).toEqual([400, 'VALIDATION_ERROR', reason]);
    expect(body.error.details[0].path).toBe(path);
    expect(world.queries).toEqual([]);
  });

  it('X-06 refuses an unknown property beside the tasks, and a polluting one inside', async () => {
    const beside = await call('POST', QUERY, { body: { tasks: [], field: 'emails' } });
    expect([beside.status, beside.body.error.reason]).toEqual([400, 'unknown_property']);
    const inside = await call('POST', QUERY, { body: '{"tasks":[{"__proto__":{"entityId":"a"}}]}' });
    expect([inside.status, inside.body.error.reason]).toEqual([400, 'forbidden_name']);
  });

  it('OP-20 takes the entity type that there is', async () => {
    world.newestOfEach = () => [null];
    expect((await query([{ ...task(A), entityType: 'person' }])).status).toBe(200);
  });
});
