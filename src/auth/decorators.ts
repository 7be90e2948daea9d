import { createParamDecorator, SetMetadata, type ExecutionContext } from '@nestjs/common';
import type { Principal, Scope } from './principal.js';

export const SCOPES_KEY = 'tributary:scopes';
export const PUBLIC_KEY = 'tributary:public';

/** The scope a route needs; a route without it and without `@Public()` is refused at start. */
export const Scopes = (scope: Scope) => SetMetadata(SCOPES_KEY, scope);
/** No credential needed (health, metrics, documents). */
export const Public = () => SetMetadata(PUBLIC_KEY, true);

/** What the guard leaves on the request. */
export interface AuthenticatedRequest {
  principal: Principal;
}

export const CurrentPrincipal = createParamDecorator(
  (_: unknown, context: ExecutionContext): Principal =>
    context.switchToHttp().getRequest<AuthenticatedRequest>().principal,
);
