import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { ORG, startApp, type World } from './app.js';
import { callerOf, type Call } from './call.js';

const SETTINGS = '/api/v1/settings';

let app: NestFastifyApplication;
let world: World;
let call: Call;
beforeAll(async () => {
  ({ app, world } = await startApp());
  call = callerOf(app);
});
beforeEach(() => {
  world.reset();
  const settings = { caps: { daily: 5, monthly: null }, creditThreshold: 20, version: 3 };
  world.execute = () => ({ result: { settings }, replayed: false, position: { partition: 1, offset: 7n } });
});
afterAll(() => app.close());

describe('WF-10 settings', () => {
  it('GET shows those of the caller’s org', async () => {
    world.settings = () => ({ caps: { daily: 9, monthly: 90 }, creditThreshold: 20, version: 2 });
    const { status, body } = await call('GET', SETTINGS);
    expect([status, body]).toEqual([200, { caps: { daily: 9, monthly: 90 }, creditThreshold: 20, version: 2 }]);
    expect(world.queries).toEqual([`settings ["${ORG}"]`]);
  });

  it.each([0, 20, null])('CR-13 PATCH takes the threshold %j', async (creditThreshold) => {
    expect((await call('PATCH', SETTINGS, { body: { creditThreshold } })).status).toBe(200);
    expect(world.commands[0]?.data).toEqual({ creditThreshold, by: 'user_1' });
  });

  it.each([-1, 1.5, '20', true, [], {}])('CR-13 PATCH does not take the threshold %j', async (creditThreshold) => {
    const { status, body } = await call('PATCH', SETTINGS, { body: { creditThreshold } });
    expect([status, body.error.reason]).toEqual([400, 'invalid_credit_threshold']);
    expect(world.commands).toEqual([]);
  });

  it('PATCH sends what is mentioned, null included, and answers all of them', async () => {
    const { status, headers, body } = await call('PATCH', SETTINGS, { body: { caps: { monthly: null } } });
    expect([status, body]).toEqual([200, { caps: { daily: 5, monthly: null }, creditThreshold: 20, version: 3 }]);
    expect(headers['x-tributary-position']).toBe('1:7');
    const data = { caps: { monthly: null }, by: 'user_1' };
    expect(world.commands).toMatchObject([{ type: 'ChangeSettings', orgId: ORG, data }]);
    expect(world.commands[0]?.data).toEqual(data);
  });

  it.each([[{}], [{ caps: {} }]])('PATCH %j changes nothing and is no fault', async (body) =>
    expect((await call('PATCH', SETTINGS, { body })).status).toBe(200),
  );

  it.each([
    ['requireMobile', { requireMobile: true }],
    ['version', { version: 1 }],
    ['caps.weekly', { caps: { weekly: 1 } }],
  ])('X-06 PATCH does not know %s', async (path, body) => {
    const answer = await call('PATCH', SETTINGS, { body });
    expect([answer.status, answer.body.error.reason]).toEqual([400, 'unknown_property']);
    expect(answer.body.error.details[0].path).toBe(path);
    expect(world.commands).toEqual([]);
  });

  it('X-02 reading needs `read`, changing needs `admin`', async () => {
    world.scopes = new Set(['read', 'enrich', 'persons', 'credits', 'webhooks']);
    expect((await call('GET', SETTINGS)).status).toBe(200);
    expect((await call('PATCH', SETTINGS, { body: {} })).status).toBe(403);
  });
});
