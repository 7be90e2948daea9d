import { createHash } from 'node:crypto';
import { createClerkClient, type ClerkClient } from '@clerk/backend';
import { LRUCache } from 'lru-cache';
import type { Clock } from '../domain/kernel/clock.js';

/** A verified session of a user who acts for an organization. */
export interface ClerkSession {
  readonly userId: string;
  readonly orgId: string;
  readonly isOrgAdmin: boolean;
  /** Epoch ms of the token's `exp`: a cached token ends at the same moment as an uncached one. */
  readonly expiresAtMs: number;
}

export interface ClerkOptions {
  readonly jwtKey: string;
  readonly issuer: string;
  readonly authorizedParties: readonly string[];
}

const VERIFIED_CACHE_MS = 60_000;
const VERIFIED_CACHED_MAX = 10_000;
const CLOCK_SKEW_MS = 5_000;
/** Never used for a call: verification is offline. The client only insists on their form. */
const OFFLINE_SECRET_KEY = 'sk_test_offline';
const OFFLINE_PUBLISHABLE_KEY = `pk_test_${Buffer.from('offline.invalid$').toString('base64')}`;

/**
 * Verifies Clerk session tokens without the network. `verifyToken()` alone accepts a wrong issuer, a pending or
 * missing session and tokens of other kinds, hence the checks of our own after it (API X-02).
 */
export class ClerkSessions {
  private readonly client: ClerkClient;
  private readonly verified: LRUCache<string, ClerkSession>;

  constructor(
    private readonly options: ClerkOptions,
    private readonly clock: Clock,
  ) {
    this.client = createClerkClient({
      secretKey: OFFLINE_SECRET_KEY,
      publishableKey: OFFLINE_PUBLISHABLE_KEY,
      jwtKey: options.jwtKey,
      telemetry: { disabled: true },
    });
    this.verified = new LRUCache({
      max: VERIFIED_CACHED_MAX,
      ttl: VERIFIED_CACHE_MS,
      perf: { now: () => clock.now() },
    });
  }

  /** null for every reason to refuse; which one is nobody's business. Only complete successes are cached. */
  async verify(token: string): Promise<ClerkSession | null> {
    const fingerprint = createHash('sha256').update(token).digest('base64');
    const cached = this.verified.get(fingerprint);
    if (cached !== undefined) return cached.expiresAtMs > this.clock.now() ? cached : null;
    const session = await this.verifyNow(token);
    if (session !== null) this.verified.set(fingerprint, session);
    return session;
  }

  private async verifyNow(token: string): Promise<ClerkSession | null> {
    // A request of our own with only this header: no cookies, so no handshake redirects.
    const request = new Request('https://offline.invalid/', { headers: { authorization: `Bearer ${token}` } });
    const { authorizedParties, jwtKey } = this.options;
    const state = await this.client
      .authenticateRequest(request, {
        acceptsToken: 'session_token',
        jwtKey,
        clockSkewInMs: CLOCK_SKEW_MS,
        ...(authorizedParties.length > 0 && { authorizedParties: [...authorizedParties] }),
      })
      .catch(() => null);
    return state?.isAuthenticated ? this.sessionOf(state.toAuth() as unknown as ClerkAuth) : null;
  }

  private sessionOf(auth: ClerkAuth): ClerkSession | null {
    const claims = auth.sessionClaims;
    const complete =
      auth.userId?.startsWith('user_') &&
      auth.orgId?.startsWith('org_') &&
      typeof claims?.sid === 'string' &&
      typeof claims.exp === 'number' &&
      claims.sts !== 'pending' &&
      (this.options.issuer === '' || claims.iss === this.options.issuer);
    if (!complete || !auth.userId || !auth.orgId) return null;
    const { userId, orgId, orgRole } = auth;
    return { userId, orgId, isOrgAdmin: orgRole === 'org:admin', expiresAtMs: (claims?.exp ?? 0) * 1000 };
  }
}

/** The part of Clerk's auth object that we rely on. */
interface ClerkAuth {
  readonly userId: string | null;
  readonly orgId?: string | null;
  readonly orgRole?: string | null;
  readonly sessionClaims: {
    readonly sid?: string;
    readonly exp?: number;
    readonly iss?: string;
    readonly sts?: string;
  } | null;
}
