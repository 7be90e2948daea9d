import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';

const PAIR = generateKeyPairSync('rsa', { modulusLength: 2048 });
const FOREIGN_PAIR = generateKeyPairSync('rsa', { modulusLength: 2048 });

/** What the service is configured with (`CLERK_JWT_KEY`). */
export const CLERK_JWT_KEY = PAIR.publicKey.export({ type: 'spki', format: 'pem' }).toString();
export const CLERK_ISSUER = 'https://clerk.example.test';
export const CLERK_PARTY = 'https://app.example.test';

type Claims = Record<string, unknown>;

/** Claims of a session token, version 2; `nowMs` decides `iat` and `exp`. */
export const sessionClaims = (nowMs: number, orgId: string | null = 'org_2acme'): Claims => ({
  v: 2,
  iss: CLERK_ISSUER,
  azp: CLERK_PARTY,
  sub: 'user_2ada',
  sid: 'sess_2one',
  iat: Math.floor(nowMs / 1000),
  nbf: Math.floor(nowMs / 1000) - 5,
  exp: Math.floor(nowMs / 1000) + 60,
  sts: 'active',
  ...(orgId !== null && { o: { id: orgId, slg: 'acme', rol: 'admin' } }),
});

const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

export const signToken = (claims: Claims, header: Claims = {}, key: KeyObject = PAIR.privateKey): string => {
  const head = encoded({ alg: 'RS256', typ: 'JWT', kid: 'ins_test', cat: 'cl_B7d4PD111AAA', ...header });
  const signed = `${head}.${encoded(claims)}`;
  return `${signed}.${sign('RSA-SHA256', Buffer.from(signed), key).toString('base64url')}`;
};

export const signWithForeignKey = (claims: Claims): string => signToken(claims, {}, FOREIGN_PAIR.privateKey);
