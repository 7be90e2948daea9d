import { RequestMethod, type Type } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA, ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import { KIND_KEY, PUBLIC_KEY, SCOPES_KEY } from '../../auth/decorators.js';
import { kindOf } from '../../auth/auth.guard.js';
import type { Scope } from '../../auth/principal.js';
import type { RequestKind } from '../../rates/request-rates.js';
import { readingOf } from '../consistency/read-context.js';
import { writingOf } from '../idempotency/write-context.js';
import type { DtoType } from '../input/described.js';
import { inputOfContext, type InputSource } from '../input/input.decorator.js';
import { DOC_KEY, type OperationDoc } from './operation-doc.js';

/** A route as its controller declares it. */
export interface DeclaredRoute {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** As Fastify knows it: `/api/v1/persons/:id`. */
  readonly path: string;
  /** null: without a credential. */
  readonly scope: Scope | null;
  readonly kind: RequestKind;
  /** null: the route takes nothing but its path. */
  readonly input: { readonly source: InputSource; readonly dto: DtoType } | null;
  /** takes a position. */
  readonly reads: boolean;
  /** takes an Idempotency-Key. */
  readonly writes: boolean;
  readonly doc: OperationDoc;
}

/** All routes of the controllers. @throws Error when one is not documented */
export const routesOf = (controllers: readonly Type[]): readonly DeclaredRoute[] =>
  controllers.flatMap((controller) =>
    Object.getOwnPropertyNames(controller.prototype).flatMap((name) => routeOf(controller, name) ?? []),
  );

const routeOf = (controller: Type, name: string): DeclaredRoute | null => {
  const handler: unknown = name === 'constructor' ? null : Reflect.get(controller.prototype as object, name);
  if (typeof handler !== 'function' || !Reflect.hasMetadata(METHOD_METADATA, handler)) return null;
  const said = <T>(key: string): T | undefined =>
    (Reflect.getMetadata(key, handler) ?? Reflect.getMetadata(key, controller)) as T | undefined;
  const method = RequestMethod[Reflect.getMetadata(METHOD_METADATA, handler) as number] as DeclaredRoute['method'];
  const path = pathOf(Reflect.getMetadata(PATH_METADATA, controller), Reflect.getMetadata(PATH_METADATA, handler));
  const doc = said<OperationDoc>(DOC_KEY);
  if (doc === undefined) throw new Error(`${method} ${path} is not @Documented`);
  return {
    method,
    path,
    scope: said<boolean>(PUBLIC_KEY) === true ? null : (said<Scope>(SCOPES_KEY) ?? null),
    kind: said<RequestKind>(KIND_KEY) ?? kindOf(method),
    ...argumentsOf(controller, name),
    doc,
  };
};

const pathOf = (base: unknown, own: unknown): string =>
  `/${String(base)}/${String(own)}`.replaceAll(/\/+/g, '/').replace(/(.)\/$/, '$1');

interface Argument {
  readonly index: number;
  readonly factory?: unknown;
  readonly data?: unknown;
}

/** What the parameters of the handler ask of a request. */
const argumentsOf = (controller: Type, name: string): Pick<DeclaredRoute, 'input' | 'reads' | 'writes'> => {
  const declared: unknown = Reflect.getMetadata(ROUTE_ARGS_METADATA, controller, name) ?? {};
  const types = (Reflect.getMetadata('design:paramtypes', controller.prototype as object, name) ?? []) as DtoType[];
  const all = Object.values(declared as Readonly<Record<string, Argument>>);
  const by = (factory: unknown): Argument | undefined => all.find((one) => one.factory === factory);
  const input = by(inputOfContext);
  const dto = input === undefined ? undefined : types[input.index];
  return {
    input: input === undefined || dto === undefined ? null : { source: input.data as InputSource, dto },
    reads: by(readingOf) !== undefined,
    writes: by(writingOf) !== undefined,
  };
};
