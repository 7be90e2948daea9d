import { RequestMethod } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { PUBLIC_KEY, SCOPES_KEY } from '../../src/auth/decorators.js';
import { startApp, type World } from './app.js';
import { callerOf, type Call } from './call.js';
import { PERSON } from './views.js';

interface Route {
  readonly method: string;
  readonly url: string;
  readonly isPublic: boolean;
}

/** Read from the controllers themselves, so that a new route is in the tests below without anybody's doing. */
const routesOf = (app: NestFastifyApplication): readonly Route[] =>
  [...app.get(ModulesContainer).values()]
    .flatMap((module) => [...module.controllers.values()])
    .flatMap(({ metatype }) => {
      const controller = metatype as new () => object;
      return Object.getOwnPropertyNames(controller.prototype).flatMap((name) => routeOf(controller, name));
    });

const routeOf = (controller: new () => object, name: string): readonly Route[] => {
  const handler: unknown = Reflect.get(controller.prototype as object, name);
  if (name === 'constructor' || typeof handler !== 'function') return [];
  const path = Reflect.getMetadata('path', handler) as string | undefined;
  if (path === undefined) return [];
  const method = RequestMethod[Reflect.getMetadata('method', handler) as number] ?? 'GET';
  const base = Reflect.getMetadata('path', controller) as string;
  const url = `/${base}/${path}`.replace(/\/+$/, '').replaceAll(/:\w+/g, PERSON).replaceAll('//', '/');
  const isPublic = [handler, controller].some((target) => Reflect.getMetadata(PUBLIC_KEY, target) === true);
  const scope: unknown = Reflect.getMetadata(SCOPES_KEY, handler) ?? Reflect.getMetadata(SCOPES_KEY, controller);
  if (!isPublic && scope === undefined) throw new Error(`${method} ${url} names no scope`);
  return [{ method, url, isPublic }];
};

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
  const guarded = () => routesOf(app).filter(({ isPublic }) => !isPublic);

  it('is guarded, unless it is for probes, scrapers and readers', () => {
    const open = routesOf(app).filter(({ isPublic }) => isPublic);
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
});
