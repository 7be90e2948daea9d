import { hash, randomBytes, timingSafeEqual } from 'node:crypto';

const ID_BYTES = 8;
const SECRET_BYTES = 24;

export type KeyMode = 'live' | 'test';

/** A key as the client holds it: one string, or id and secret as a pair (API X-02). */
export interface ApiKeyCredential {
  readonly mode: KeyMode | null;
  readonly id: string;
  readonly secret: string;
}

/** Hex has no `_`, so that the parts of the one string never run into each other. */
export const newApiKey = (mode: KeyMode): ApiKeyCredential & { readonly mode: KeyMode } => ({
  mode,
  id: randomBytes(ID_BYTES).toString('hex'),
  secret: randomBytes(SECRET_BYTES).toString('hex'),
});

export const formatApiKey = (key: { readonly mode: KeyMode; readonly id: string; readonly secret: string }): string =>
  `tk_${key.mode}_${key.id}_${key.secret}`;

const KEY_ID = /^[0-9a-f]{16}$/;
const API_KEY = /^tk_(live|test)_([0-9a-f]{16})_([0-9a-f]{48})$/;

export const parseApiKey = (text: string): ApiKeyCredential | null => {
  const match = API_KEY.exec(text);
  return match === null ? null : { mode: match[1] as KeyMode, id: match[2] ?? '', secret: match[3] ?? '' };
};

/** No key has another id. */
export const isKeyId = (text: string): boolean => KEY_ID.test(text);

/** SHA-256 with the installation's salt: secrets are random, so that a slow hash would only slow us. */
export const hashSecret = (salt: Buffer, secret: string): Buffer =>
  hash('sha256', Buffer.concat([salt, Buffer.from(secret)]), 'buffer');

export const secretMatches = (salt: Buffer, secret: string, stored: Buffer): boolean =>
  timingSafeEqual(hashSecret(salt, secret), stored);
