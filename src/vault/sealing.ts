import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hkdfSync,
  randomBytes,
  randomFillSync,
  type KeyObject,
} from 'node:crypto';
import type { IdentityHash, Sealed } from '../domain/kernel/ids.js';
import type { IdentityKind } from './vault.js';

const VERSION = 1;
const IV_BYTES = 12;
const TAG_BYTES = 16;
export const KEY_BYTES = 32;

/** Keys derived from the master key, one per purpose. */
export interface MasterKeys {
  readonly wrapping: KeyObject;
  readonly identity: KeyObject;
  /** Stored in `installation`, so that a start with another master key is refused. */
  readonly check: string;
}

export const deriveMasterKeys = (master: Buffer): MasterKeys => {
  const derive = (purpose: string) => Buffer.from(hkdfSync('sha256', master, '', purpose, KEY_BYTES));
  return {
    wrapping: createSecretKey(derive('wrapping')),
    identity: createSecretKey(derive('identity')),
    check: derive('check').toString('hex'),
  };
};

/** A fresh key as bytes, wrapped under another; only `unwrapKey` brings it back. */
export const newWrappedKey = (wrapping: KeyObject, about: string): Buffer =>
  encrypt(wrapping, about, randomBytes(KEY_BYTES));

/**
 * The bytes of a key, to be kept: copied, because so few V8 holds on its heap, 0.2 KB in all, while a Buffer has memory
 * outside of it. Node's key object takes 1.1 KB, most of it outside, too.
 */
export const unwrapKey = (wrapping: KeyObject, about: string, wrapped: Buffer): Uint8Array =>
  new Uint8Array(decrypt(wrapping, about, wrapped));

/**
 * To be made for each use, 1 µs: handed bytes instead, Node tells them from objects by a failing check of 10 µs (bench).
 */
export const keyOf = (bytes: Uint8Array): KeyObject => createSecretKey(bytes);

const DRAWN_NONCES = 340; // 4 KB
/** Random bytes for nonces, drawn many at a time: a draw costs 2 µs whatever it brings. None is used twice. */
const drawn = Buffer.alloc(DRAWN_NONCES * IV_BYTES);
let used = drawn.length;

/** Good until the next one is taken. */
const freshNonce = (): Buffer => {
  if (used === drawn.length) {
    randomFillSync(drawn);
    used = 0;
  }
  used += IV_BYTES;
  return drawn.subarray(used - IV_BYTES, used);
};

/** AES-256-GCM: version, nonce, box, tag. `about` is authenticated, not stored. */
export const encrypt = (key: KeyObject, about: string, plain: Buffer): Buffer => {
  const iv = freshNonce();
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(about));
  const sealed = cipher.update(plain);
  cipher.final(); // Makes the tag; a stream cipher holds nothing back.
  const box = Buffer.allocUnsafe(1 + IV_BYTES + sealed.length + TAG_BYTES);
  box[0] = VERSION;
  box.set(iv, 1);
  box.set(sealed, 1 + IV_BYTES);
  box.set(cipher.getAuthTag(), 1 + IV_BYTES + sealed.length);
  return box;
};

/** @throws when the box was made under another key or about something else */
export const decrypt = (key: KeyObject, about: string, box: Buffer): Buffer => {
  if (box[0] !== VERSION || box.length < 1 + IV_BYTES + TAG_BYTES) throw new Error('not a box of the vault');
  const iv = box.subarray(1, 1 + IV_BYTES);
  const decipher = createDecipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(about));
  decipher.setAuthTag(box.subarray(box.length - TAG_BYTES));
  const plain = decipher.update(box.subarray(1 + IV_BYTES, box.length - TAG_BYTES));
  decipher.final(); // Throws when the tag does not fit: nothing has left before.
  return plain;
};

export const sealJson = (key: KeyObject, about: string, value: unknown): Sealed =>
  encrypt(key, about, Buffer.from(JSON.stringify(value))).toString('base64') as Sealed;

export const openJson = (key: KeyObject, about: string, sealed: Sealed): unknown =>
  JSON.parse(decrypt(key, about, Buffer.from(sealed, 'base64')).toString('utf8'));

export const hashIdentity = (key: KeyObject, kind: IdentityKind, value: string): IdentityHash =>
  createHmac('sha256', key).update(`${kind}\0${value}`).digest('hex') as IdentityHash;
