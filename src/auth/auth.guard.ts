import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { ApiError } from '../commands/api-error.js';
import { Authenticator } from './authenticator.js';
import { credentialOf } from './credentials.js';
import { PUBLIC_KEY, SCOPES_KEY, type AuthenticatedRequest } from './decorators.js';
import type { Scope } from './principal.js';

/** Whether the `__session` cookie counts as a credential (`CLERK_COOKIE=1`). */
export const COOKIE_ALLOWED = Symbol('COOKIE_ALLOWED');

type IncomingRequest = Partial<AuthenticatedRequest> & {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
};

/** Every route needs a credential with the route's scope, unless it says `@Public()`: deny by default. */
@Injectable()
export class AuthGuard implements CanActivate {
  constructor(
    @Inject(Reflector) private readonly reflector: Reflector,
    @Inject(Authenticator) private readonly authenticator: Authenticator,
    @Inject(COOKIE_ALLOWED) private readonly cookieAllowed: boolean,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const targets = [context.getHandler(), context.getClass()];
    if (this.reflector.getAllAndOverride<boolean>(PUBLIC_KEY, targets)) return true;
    const request = context.switchToHttp().getRequest<IncomingRequest>();
    const credential = credentialOf(request.headers, this.cookieAllowed);
    const principal = credential === null ? null : await this.authenticator.authenticate(credential);
    if (principal === null) {
      // The same words for every cause: which one it was helps only an attacker.
      throw new ApiError({
        code: 'UNAUTHORIZED',
        reason: 'unauthenticated',
        message: 'Missing or invalid credentials',
      });
    }
    const scope = this.reflector.getAllAndOverride<Scope>(SCOPES_KEY, targets);
    if (!principal.scopes.has(scope)) {
      throw new ApiError({
        code: 'FORBIDDEN',
        reason: 'missing_scope',
        message: `The credential lacks the scope ${scope}`,
      });
    }
    request.principal = principal;
    return true;
  }
}
