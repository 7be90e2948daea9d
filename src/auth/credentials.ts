import { isKeyId, parseApiKey, type ApiKeyCredential } from './api-key.js';

export type Credential =
  { readonly kind: 'key'; readonly key: ApiKeyCredential } | { readonly kind: 'session'; readonly token: string };

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

const CREDENTIAL_LENGTH_MAX = 8_192;

/**
 * The one credential of a request (API X-02), or null: none, unreadable, or two that differ.
 * The same key shown in two ways counts as one.
 */
export const credentialOf = (headers: Headers, cookieAllowed: boolean): Credential | null => {
  const shown = [fromBearer(headers), fromApiKeyHeader(headers), fromPair(headers)].filter((one) => one !== undefined);
  if (shown.length === 0 && cookieAllowed) return fromCookie(headers);
  const [first, ...others] = shown;
  if (first === undefined || first === null) return null;
  return others.every((other) => other !== null && sameCredential(first, other)) ? first : null;
};

/** undefined: not shown; null: shown, but unreadable. */
type Shown = Credential | null | undefined;

const headerOf = (headers: Headers, name: string): string | undefined => {
  const value = headers[name];
  return typeof value === 'string' && value.length <= CREDENTIAL_LENGTH_MAX ? value : undefined;
};

const fromBearer = (headers: Headers): Shown => {
  if (headers['authorization'] === undefined) return undefined;
  const token = /^Bearer ([^\s]+)$/i.exec(headerOf(headers, 'authorization') ?? '')?.[1];
  if (token === undefined) return null;
  return token.startsWith('tk_') ? keyOf(token) : { kind: 'session', token };
};

const fromApiKeyHeader = (headers: Headers): Shown =>
  headers['x-api-key'] === undefined ? undefined : keyOf(headerOf(headers, 'x-api-key') ?? '');

const fromPair = (headers: Headers): Shown => {
  if (headers['x-access-key'] === undefined && headers['x-secret-key'] === undefined) return undefined;
  const id = headerOf(headers, 'x-access-key');
  const secret = headerOf(headers, 'x-secret-key');
  return id && isKeyId(id) && secret ? { kind: 'key', key: { mode: null, id, secret } } : null;
};

const fromCookie = (headers: Headers): Credential | null => {
  const token = /(?:^|;\s*)__session=([^;\s]+)/.exec(headerOf(headers, 'cookie') ?? '')?.[1];
  return token === undefined ? null : { kind: 'session', token };
};

const keyOf = (text: string): Credential | null => {
  const key = parseApiKey(text);
  return key === null ? null : { kind: 'key', key };
};

const sameCredential = (a: Credential, b: Credential): boolean =>
  a.kind === 'key' && b.kind === 'key' && a.key.id === b.key.id && a.key.secret === b.key.secret;
