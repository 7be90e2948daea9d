import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ApiError } from '../../commands/api-error.js';
import { pathOf } from './path-of.js';
import { refuseEarly } from './refuse-early.js';

type Segments = readonly string[];

/** All routes of the process, for telling an unknown route (404) from a known one with another method (405). */
export class RouteTable {
  private readonly routes = new Map<string, { readonly segments: Segments; readonly methods: Set<string> }>();

  /** Listens to the registrations of an app that has none yet. */
  static of(fastify: FastifyInstance): RouteTable {
    const table = new RouteTable();
    fastify.addHook('onRoute', ({ url, method }) => table.add(url, [method].flat()));
    return table;
  }

  add(url: string, methods: readonly string[]): void {
    const route = this.routes.get(url) ?? { segments: url.split('/'), methods: new Set<string>() };
    for (const method of methods) route.methods.add(method);
    this.routes.set(url, route);
  }

  /** Why nothing answers here. */
  missed(path: string): ApiError {
    const methods = this.methodsAt(path);
    return methods.length === 0 ? unknownRoute() : wrongMethod(methods);
  }

  /** `onRequest` hook: what is a route of its own for another method is no id (`GET …/enrichment/batch` asks for nobody). */
  readonly refuseNames = (request: FastifyRequest, reply: FastifyReply, done: () => void): void => {
    const path = pathOf(request.url);
    // `routeOptions` makes an object whenever it is asked for: last.
    if (!this.isFixed(path) || request.routeOptions.url?.includes(':') !== true) return done();
    refuseEarly(request, reply, this.missed(path));
  };

  private isFixed(path: string): boolean {
    return !path.includes(':') && this.routes.has(path);
  }

  private methodsAt(path: string): readonly string[] {
    if (this.isFixed(path)) return [...(this.routes.get(path)?.methods ?? [])].sort();
    const asked = path.split('/');
    const fitting = [...this.routes.values()].filter(({ segments }) => fits(segments, asked));
    return [...new Set(fitting.flatMap(({ methods }) => [...methods]))].sort();
  }
}

const fits = (segments: Segments, asked: Segments): boolean =>
  segments.length === asked.length &&
  segments.every((segment, index) => (segment.startsWith(':') ? asked[index] !== '' : segment === asked[index]));

export const unknownRoute = (): ApiError =>
  new ApiError({ code: 'NOT_FOUND', reason: 'unknown_route', message: 'No such route' });

const wrongMethod = (methods: readonly string[]): ApiError => {
  const allow = methods.join(', ');
  return new ApiError({
    code: 'METHOD_NOT_ALLOWED',
    reason: 'method_not_allowed',
    message: `This route answers ${allow}`,
    headers: { allow },
  });
};
