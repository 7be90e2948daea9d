import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { ApiError } from '../commands/api-error.js';
import { Authenticator } from './authenticator.js';
import { credentialOf } from './credentials.js';
import { KIND_KEY, PUBLIC_KEY, SCOPES_KEY, type AuthenticatedRequest } from './decorators.js';
import type { Principal, Scope } from './principal.js';
import { rateHeaders } from '../rates/rate-headers.js';
import { RequestRates, type RequestKind } from '../rates/request-rates.js';

/** Whether the `__session` cookie counts as a credential (`CLERK_COOKIE=1`). */
export const COOKIE_ALLOWED = Symbol('COOKIE_ALLOWED');

type IncomingRequest = Partial<AuthenticatedRequest> & {
  readonly method: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
};

interface OutgoingAnswer {
  headers(values: Readonly<Record<string, string>>): unknown;
}

/**
 * Every route needs a credential with the route's scope, unless it says `@Public()`: deny by default. In the order of
 * who is it, does it ask too often, may it do this.
 */
@Injectable()
export class AuthGuard implements CanActivate {
  constructor(
    @Inject(Reflector) private readonly reflector: Reflector,
    @Inject(Authenticator) private readonly authenticator: Authenticator,
    @Inject(COOKIE_ALLOWED) private readonly cookieAllowed: boolean,
    @Inject(RequestRates) private readonly rates: Pick<RequestRates, 'take'>,
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
    this.count(principal, context);
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

  /** @throws ApiError RATE_LIMITED */
  private count(principal: Principal, context: ExecutionContext): void {
    const http = context.switchToHttp();
    const targets = [context.getHandler(), context.getClass()];
    const kind = this.reflector.getAllAndOverride<RequestKind | undefined>(KIND_KEY, targets);
    const taken = this.rates.take(kind ?? kindOf(http.getRequest<IncomingRequest>().method), principal);
    if (taken === null) return;
    http.getResponse<OutgoingAnswer>().headers(rateHeaders(taken.quotas));
    if (taken.waitMs > 0) throw tooMany(taken.waitMs);
  }
}

export const kindOf = (method: string): RequestKind => (method === 'GET' || method === 'HEAD' ? 'read' : 'write');

const tooMany = (waitMs: number): ApiError =>
  new ApiError({
    code: 'RATE_LIMITED',
    reason: 'rate_limited',
    message: 'Too many requests, try again later',
    headers: { 'retry-after': String(Math.ceil(waitMs / 1000)) },
  });
