import { ClerkSessions } from '../../src/auth/clerk-sessions.js';
import {
  CLERK_ISSUER,
  CLERK_JWT_KEY,
  CLERK_PARTY,
  sessionClaims,
  signToken,
  signWithForeignKey,
} from '../support/clerk-tokens.js';

// Clerk's verifier reads the process clock itself; ours only decides about the cache.
const now = Date.now();
const clockAt = (ms: number) => ({ now: () => ms, after: () => () => undefined });
const sessionsAt = (ms: number) =>
  new ClerkSessions({ jwtKey: CLERK_JWT_KEY, issuer: CLERK_ISSUER, authorizedParties: [CLERK_PARTY] }, clockAt(ms));

describe('X-02 Clerk sessions', () => {
  it('accepts a session of a user with an active organization, offline', async () => {
    const session = await sessionsAt(now).verify(signToken(sessionClaims(now)));
    expect(session).toMatchObject({ userId: 'user_2ada', orgId: 'org_2acme', isOrgAdmin: true });
  });

  it('tells members from admins', async () => {
    const claims = { ...sessionClaims(now), o: { id: 'org_2acme', slg: 'acme', rol: 'member' } };
    expect(await sessionsAt(now).verify(signToken(claims))).toMatchObject({ isOrgAdmin: false });
  });

  it('accepts the older claims with org_id', async () => {
    const { v: _v, o: _o, sts: _sts, ...rest } = sessionClaims(now);
    const token = signToken({ ...rest, org_id: 'org_2old', org_role: 'org:admin', org_slug: 'old' });
    expect(await sessionsAt(now).verify(token)).toMatchObject({ orgId: 'org_2old', isOrgAdmin: true });
  });

  const refused: Record<string, () => string> = {
    'signed with another key': () => signWithForeignKey(sessionClaims(now)),
    'of another issuer': () => signToken({ ...sessionClaims(now), iss: 'https://evil.example.test' }),
    'for another authorized party': () => signToken({ ...sessionClaims(now), azp: 'https://evil.example.test' }),
    'without an organization': () => signToken(sessionClaims(now, null)),
    'without a session id': () => signToken({ ...sessionClaims(now), sid: undefined }),
    'with a pending session': () => signToken({ ...sessionClaims(now), sts: 'pending' }),
    'that has expired': () => signToken(sessionClaims(now - 120_000)),
    'not yet valid': () => signToken(sessionClaims(now + 120_000)),
    'without an expiry': () => signToken({ ...sessionClaims(now), exp: undefined }),
    'made from a template': () => signToken(sessionClaims(now), { cat: 'cl_B7d4PD222AAA' }),
    'of a machine': () => signToken({ ...sessionClaims(now), sub: 'mch_2bot' }),
    'with the algorithm none': () =>
      `${signToken(sessionClaims(now), { alg: 'none' }).split('.').slice(0, 2).join('.')}.`,
    'cut in the middle': () => signToken(sessionClaims(now)).slice(0, -20),
    'that is no token at all': () => 'hello',
  };
  it.each(Object.entries(refused))('refuses a token %s', async (_, token) => {
    expect(await sessionsAt(now).verify(token())).toBeNull();
  });

  it('stops accepting a cached token at its own expiry', async () => {
    let at = now;
    const clock = { now: () => at, after: () => () => undefined };
    const sessions = new ClerkSessions(
      { jwtKey: CLERK_JWT_KEY, issuer: CLERK_ISSUER, authorizedParties: [CLERK_PARTY] },
      clock,
    );
    const token = signToken({ ...sessionClaims(now), exp: Math.floor(now / 1000) + 10 });
    expect(await sessions.verify(token)).not.toBeNull();
    at = now + 11_000;
    expect(await sessions.verify(token)).toBeNull();
  });

  it('never remembers one token for another', async () => {
    const sessions = sessionsAt(now);
    expect(await sessions.verify(signToken(sessionClaims(now, 'org_2one')))).toMatchObject({ orgId: 'org_2one' });
    expect(await sessions.verify(signToken(sessionClaims(now, 'org_2two')))).toMatchObject({ orgId: 'org_2two' });
  });
});
