import { createParamDecorator, SetMetadata, type ExecutionContext } from '@nestjs/common';
import type { RequestKind } from '../rates/request-rates.js';
import type { Principal, Scope } from './principal.js';

export const SCOPES_KEY = 'tributary:scopes';
export const PUBLIC_KEY = 'tributary:public';
export const KIND_KEY = 'tributary:kind';

/** The scope a route needs; a route without it and without `@Public()` is refused at start. */
export const Scopes = (scope: Scope) => SetMetadata(SCOPES_KEY, scope);
/** No credential needed (health, metrics, documents). */
export const Public = () => SetMetadata(PUBLIC_KEY, true);

/** what a request of the route counts as; without it GET and HEAD are reads, all others writes. */
export const CountsAs = (kind: RequestKind) => SetMetadata(KIND_KEY, kind);

/** What the guard leaves on the request. */
export interface AuthenticatedRequest {
  principal: Principal;
}

export const CurrentPrincipal = createParamDecorator(
  (_: unknown, context: ExecutionContext): Principal =>
    context.switchToHttp().getRequest<AuthenticatedRequest>().principal,
);
