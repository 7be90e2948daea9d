import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { startApp, type World } from './app.js';
import { callerOf, type Call, type Called } from './call.js';
import { pendingView, PERSON } from './views.js';

const ENRICHMENT = `/api/v1/operations/enrichment/${PERSON}?field=emails`;
const PERSONS = '/api/v1/persons';
const QUERY = '/api/v1/operations/enrichment/batch/query';
const RATE_HEADERS = [
  'ratelimit-policy',
  'ratelimit',
  'x-ratelimit-limit',
  'x-ratelimit-remaining',
  'x-ratelimit-reset',
] as const;
const SMALL = { write: 3, read: 4, poll: 2 };

let app: NestFastifyApplication;
let world: World;
let call: Call;
beforeAll(async () => {
  ({ app, world } = await startApp());
  call = callerOf(app);
});
beforeEach(() => {
  world.reset();
  world.limit({ limits: SMALL });
});
afterAll(() => app.close());

const get = () => call('GET', PERSONS);
const poll = () => call('GET', ENRICHMENT);
const write = () => call('POST', PERSONS, { body: {} });
const statuses = async (times: number, one: () => Promise<Called>): Promise<readonly number[]> => {
  const seen: number[] = [];
  for (let time = 0; time < times; time += 1) seen.push((await one()).status);
  return seen;
};
const limitOf = ({ headers }: Called) => RATE_HEADERS.map((name) => headers[name]);

describe('X-08 rate limits', () => {
  it('stand on every authenticated answer, whatever its status', async () => {
    const answers = [await get(), await write(), await call('GET', `${PERSONS}/${PERSON}`), await poll()];
    world.scopes = new Set();
    answers.push(await get());
    expect(answers.map(({ status }) => status)).toEqual([200, 400, 404, 404, 403]);
    for (const answer of answers) expect(limitOf(answer)).not.toContain(undefined);
  });

  it('stand on no answer to somebody unknown', async () => {
    const anonymous = await call('GET', PERSONS, { headers: { 'x-api-key': '' } });
    const live = await call('GET', '/health/live', { headers: { 'x-api-key': '' } });
    for (const answer of [anonymous, live]) expect(limitOf(answer)).toEqual(RATE_HEADERS.map(() => undefined));
  });

  it('say what is left, and when all of it will be there again', async () => {
    expect(limitOf(await get())).toEqual([
      '"org-reads";q=4;w=60, "key-reads";q=4;w=60',
      '"org-reads";r=3;t=15, "key-reads";r=3;t=15',
      '4',
      '3',
      '15',
    ]);
    world.clock.advance(5_000);
    expect((await get()).headers['ratelimit']).toBe('"org-reads";r=2;t=25, "key-reads";r=2;t=25');
  });

  it('answer 429 in the dialect’s words, with the seconds to wait', async () => {
    expect(await statuses(3, write)).toEqual([400, 400, 400]);
    const { status, headers, body } = await write();
    expect([status, headers['retry-after'], headers['x-ratelimit-remaining']]).toEqual([429, '20', '0']);
    expect(body.error).toEqual({
      code: 'RATE_LIMITED',
      reason: 'rate_limited',
      message: 'Too many requests, try again later',
      requestId: headers['x-request-id'],
    });
    expect(world.commands).toEqual([]);
  });

  it('let through who waits as long as told, and not before', async () => {
    await statuses(3, write);
    const wait = Number((await write()).headers['retry-after']) * 1000;
    world.clock.advance(wait - 1);
    expect((await write()).status).toBe(429);
    world.clock.advance(1);
    expect(await statuses(2, write)).toEqual([400, 429]);
  });

  it('promise with Remaining exactly as many as are let through', async () => {
    for (const idleMs of [0, 20_000, 30_000, 70_000]) {
      world.clock.advance(idleMs);
      const promised = Number((await get()).headers['x-ratelimit-remaining']);
      const seen = await statuses(promised + 1, get);
      expect(seen).toEqual([...Array.from({ length: promised }, () => 200), 429]);
    }
  });

  it('a refused request takes nothing', async () => {
    await statuses(3, write);
    await statuses(50, write);
    world.clock.advance(20_000);
    expect((await write()).status).toBe(400);
  });

  it('writes, reads and polls have buckets of their own', async () => {
    world.newest = () => pendingView(world.clock.now());
    expect(await statuses(4, write)).toEqual([400, 400, 400, 429]);
    expect(await statuses(5, get)).toEqual([200, 200, 200, 200, 429]);
    expect(await statuses(3, poll)).toEqual([200, 200, 429]);
  });

  it('looking at enrichments is polling, whatever its method; HEAD counts as GET', async () => {
    const tasks = { tasks: [{ entityId: PERSON, field: 'emails' }] };
    expect((await call('POST', QUERY, { body: tasks })).headers['ratelimit']).toContain('"org-polls";r=1');
    expect((await call('HEAD', ENRICHMENT)).headers['ratelimit']).toContain('"org-polls";r=0');
    expect((await call('HEAD', PERSONS)).headers['ratelimit']).toContain('"org-reads";r=3');
  });

  it('a batch counts as one request', async () => {
    const batch = { personIds: Array.from({ length: 100 }, () => PERSON), field: 'emails' };
    const { headers } = await call('POST', '/api/v1/operations/enrichment/batch', { body: batch });
    expect(headers['ratelimit']).toContain('"org-writes";r=2');
  });

  it('a key may be held to a part of what its org may do', async () => {
    world.limit({ limits: SMALL, keyPercent: 50 });
    expect((await get()).headers['ratelimit-policy']).toBe('"org-reads";q=4;w=60, "key-reads";q=2;w=60');
    expect(await statuses(2, get)).toEqual([200, 429]);
  });

  it('each of several processes enforces its share, and says so', async () => {
    let live = 2;
    world.limit({ limits: SMALL, liveProcesses: () => live });
    expect((await get()).headers['x-ratelimit-limit']).toBe('2');
    expect(await statuses(2, get)).toEqual([200, 429]);
    live = 1;
    world.clock.advance(60_000);
    expect((await get()).headers['x-ratelimit-remaining']).toBe('3');
    live = 100;
    expect((await get()).headers['x-ratelimit-limit']).toBe('1');
  });

  it('0 switches a limit off, and then no header speaks of one', async () => {
    world.limit({ limits: { ...SMALL, read: 0 } });
    expect(await statuses(10, get)).toEqual(Array.from({ length: 10 }, () => 200));
    expect(limitOf(await get())).toEqual(RATE_HEADERS.map(() => undefined));
    expect((await write()).headers['x-ratelimit-limit']).toBe('3');
  });
});

describe('X-01 the rate limit', () => {
  it('comes after the credential and before scope and body', async () => {
    await statuses(3, write);
    expect((await call('POST', PERSONS, { headers: { 'x-api-key': '' }, body: '{' })).status).toBe(401);
    world.scopes = new Set();
    expect((await call('POST', PERSONS, { body: '{' })).status).toBe(429);
    world.clock.advance(60_000);
    expect((await call('POST', PERSONS, { body: '{' })).status).toBe(403);
  });
});
