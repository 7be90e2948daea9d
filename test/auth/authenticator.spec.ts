import { formatApiKey, hashSecret, newApiKey, parseApiKey, type KeyMode } from '../../src/auth/api-key.js';
import type { ApiKeysRepository, StoredApiKey } from '../../src/auth/api-keys.repository.js';
import { Authenticator } from '../../src/auth/authenticator.js';
import { credentialOf } from '../../src/auth/credentials.js';
import type { OrgProvisioning } from '../../src/auth/org-provisioning.js';
import type { OrgId } from '../../src/domain/kernel/ids.js';

const SALT = Buffer.alloc(32, 7);
const NOW = Date.parse('2026-11-21T00:00:00.000Z');

const stored = (
  key: { id: string; secret: string; mode: KeyMode },
  over: Partial<StoredApiKey> = {},
): StoredApiKey => ({
  id: key.id,
  orgId: 'acme' as OrgId,
  mode: key.mode,
  name: 'test',
  scopes: ['enrich'],
  expiresAt: null,
  revokedAt: null,
  createdAt: new Date(NOW),
  dailyCap: null,
  totalCap: null,
  secretHash: hashSecret(SALT, key.secret),
  ...over,
});

const authenticatorWith = (row: StoredApiKey | null) =>
  new Authenticator({
    keys: { keySalt: SALT, find: () => Promise.resolve(row) } as unknown as ApiKeysRepository,
    sessions: null,
    orgs: {} as OrgProvisioning,
    autoProvision: true,
    clock: { now: () => NOW, after: () => () => undefined },
  });

describe('X-02 API keys', () => {
  const key = newApiKey('live');
  const bearer = { authorization: `Bearer ${formatApiKey(key)}` };
  const pair = { 'x-access-key': key.id, 'x-secret-key': key.secret };
  const principalOf = async (headers: Record<string, string>, row: StoredApiKey | null) => {
    const credential = credentialOf(headers, false);
    return credential === null ? null : authenticatorWith(row).authenticate(credential);
  };

  it.each([
    ['as a bearer', bearer],
    ['as X-API-KEY', { 'x-api-key': formatApiKey(key) }],
    ['as a pair', pair],
    ['the same in two ways', { ...bearer, ...pair }],
  ])('accepts a key shown %s', async (_, headers) => {
    expect(await principalOf(headers, stored(key))).toMatchObject({ orgId: 'acme', createdBy: `key:${key.id}` });
  });

  it.each([
    [{}, null],
    [{ dailyCap: 5 }, { daily: 5, total: null }],
    [{ totalCap: 0 }, { daily: null, total: 0 }],
  ])('CR-07 a key stored with %j has the caps %j', async (caps, expected) =>
    expect(await principalOf(bearer, stored(key, caps))).toMatchObject({ keyCaps: expected }),
  );

  it.each([
    ['two different keys', { ...bearer, 'x-api-key': formatApiKey(newApiKey('live')) }],
    ['a key and a session', { 'x-api-key': formatApiKey(key), authorization: 'Bearer a.b.c' }],
    ['a pair whose id no key can have', { ...pair, 'x-access-key': `${key.id}x` }],
    ['half a pair', { 'x-access-key': key.id }],
    ['another scheme', { authorization: `Basic ${formatApiKey(key)}` }],
    ['an unreadable key', { 'x-api-key': 'tk_live_x' }],
    ['nothing', {}],
  ])('refuses %s', async (_, headers) => {
    expect(await principalOf(headers, stored(key))).toBeNull();
  });

  it.each([
    ['an unknown id', null],
    ['another secret', stored({ ...key, secret: newApiKey('live').secret })],
    ['a revoked key', stored(key, { revokedAt: new Date(NOW - 1) })],
    ['an expired key', stored(key, { expiresAt: new Date(NOW) })],
    ['a live prefix on a test key', stored(key, { mode: 'test' })],
  ])('refuses %s', async (_, row) => {
    expect(await principalOf(bearer, row)).toBeNull();
  });

  it('X-03 a test key acts for the sandbox of its org', async () => {
    const test = newApiKey('test');
    const principal = await principalOf({ 'x-api-key': formatApiKey(test) }, stored(test));
    expect(principal).toMatchObject({ orgId: 'acme~test', mode: 'test' });
  });

  it('parses what it formats', () => {
    expect(parseApiKey(formatApiKey(key))).toEqual(key);
  });

  it('reads the session cookie only when allowed', () => {
    const headers = { cookie: 'a=1; __session=x.y.z; b=2' };
    expect(credentialOf(headers, false)).toBeNull();
    expect(credentialOf(headers, true)).toEqual({ kind: 'session', token: 'x.y.z' });
  });
});
