import { RequestMethod, type INestApplicationContext } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { PUBLIC_KEY, SCOPES_KEY } from '../../src/auth/decorators.js';

export interface Route {
  readonly method: string;
  /** The template: `/api/v1/persons/:id`. */
  readonly path: string;
  readonly isPublic: boolean;
}

/** Read from the controllers themselves, so that a new route is in the tests without anybody's doing. */
export const routesOf = (app: INestApplicationContext): readonly Route[] =>
  [...app.get(ModulesContainer).values()]
    .flatMap((module) => [...module.controllers.values()])
    .flatMap(({ metatype }) => {
      const controller = metatype as new () => object;
      return Object.getOwnPropertyNames(controller.prototype).flatMap((name) => routeOf(controller, name));
    });

const routeOf = (controller: new () => object, name: string): readonly Route[] => {
  const handler: unknown = Reflect.get(controller.prototype as object, name);
  if (name === 'constructor' || typeof handler !== 'function') return [];
  const below = Reflect.getMetadata('path', handler) as string | undefined;
  if (below === undefined) return [];
  const method = RequestMethod[Reflect.getMetadata('method', handler) as number] ?? 'GET';
  const base = Reflect.getMetadata('path', controller) as string;
  const path = `/${base}/${below}`.replaceAll(/\/{2,}/g, '/').replace(/\/$/, '');
  const isPublic = [handler, controller].some((target) => Reflect.getMetadata(PUBLIC_KEY, target) === true);
  const scope: unknown = Reflect.getMetadata(SCOPES_KEY, handler) ?? Reflect.getMetadata(SCOPES_KEY, controller);
  if (!isPublic && scope === undefined) throw new Error(`${method} ${path} names no scope`);
  return [{ method, path, isPublic }];
};
