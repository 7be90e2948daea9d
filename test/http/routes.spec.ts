import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { startApp, type World } from './app.js';
import { callerOf, type Call } from './call.js';
import { routesOf } from './routes-of.js';
import { ROUTES } from './sweep/routes.js';
import { PERSON } from './views.js';

let app: NestFastifyApplication;
let world: World;
let call: Call;
beforeAll(async () => {
  ({ app, world } = await startApp());
  call = callerOf(app);
});
beforeEach(() => world.reset());
afterAll(() => app.close());

/** Without a credential: for probes, scrapers and readers. Anything else here is a mistake. */
const PUBLIC = [
  'GET /asyncapi.json',
  'GET /docs',
  `GET /docs/${PERSON}`,
  'GET /health/live',
  'GET /health/ready',
  'GET /metrics',
  'GET /openapi/native.json',
  'GET /openapi/operations.json',
];
/** They only exist to say that the person is missing. */
const WITHOUT_INPUT = ['/api/v1/operations/enrichment'];

describe('every route there is', () => {
  const routes = () => routesOf(app).map((route) => ({ ...route, url: route.path.replaceAll(/:\w+/g, PERSON) }));
  const guarded = () => routes().filter(({ isPublic }) => !isPublic);

  it('is guarded, unless it is for probes, scrapers and readers', () => {
    const open = routes().filter(({ isPublic }) => isPublic);
    expect(open.map(({ method, url }) => `${method} ${url}`).sort()).toEqual(PUBLIC);
    expect(guarded().length).toBeGreaterThanOrEqual(8);
  });

  it('X-02 answers 401 without a credential and 403 without a scope', async () => {
    for (const { method, url } of guarded()) {
      world.scopes = new Set();
      const anonymous = await call(method, url, { headers: { 'x-api-key': '' } });
      expect([method, url, anonymous.status]).toEqual([method, url, 401]);
      expect([method, url, (await call(method, url)).status]).toEqual([method, url, 403]);
    }
  });

  it('X-06 refuses a parameter that it does not know', async () => {
    for (const { method, url } of guarded().filter((route) => !WITHOUT_INPUT.includes(route.url))) {
      const { status, body } = await call(method, `${url}?nope=1`);
      expect([method, url, status]).toEqual([method, url, 400]);
      expect(body.error.details).toContainEqual({ path: 'nope', message: 'nope is not a known property' });
    }
  });

  it('is in the sweep of bad input', () => {
    const named = ({ method, path }: { method: string; path: string }) => `${method} ${path.replaceAll(/:\w+/g, ':')}`;
    const swept = new Set(ROUTES.map(named));
    expect(
      guarded()
        .map(named)
        .filter((route) => !swept.has(route)),
    ).toEqual([]);
  });
});
