import { createSecretKey, randomBytes } from 'node:crypto';
import type { IdentityHash, KeyId, OrgId, Sealed } from '../../src/domain/kernel/ids.js';
import { MemoryVault } from '../../src/vault/memory-vault.js';
import { decrypt, encrypt, keyOf, newWrappedKey, unwrapKey } from '../../src/vault/sealing.js';
import { KeyDestroyed, KeyMissing } from '../../src/vault/vault.js';

const ACME = 'acme' as OrgId;

describe('sealed boxes', () => {
  const newKey = () => createSecretKey(randomBytes(32));
  const key = newKey();

  it('open only under their key and their description', () => {
    const box = encrypt(key, 'acme', Buffer.from('hello'));
    expect(decrypt(key, 'acme', box).toString()).toBe('hello');
    expect(() => decrypt(key, 'other', box)).toThrow();
    expect(() => decrypt(newKey(), 'acme', box)).toThrow();
  });

  it('notice any flipped byte', () => {
    const box = encrypt(key, 'acme', Buffer.from('hello'));
    for (let index = 0; index < box.length; index++) {
      const flipped = Buffer.from(box);
      flipped[index] = (flipped[index] ?? 0) ^ 1;
      expect(() => decrypt(key, 'acme', flipped)).toThrow();
    }
  });

  it('never have the same nonce twice, however many are made', () => {
    const nonces = Array.from({ length: 2_000 }, () => encrypt(key, 'acme', Buffer.from('x')).toString('hex', 1, 13));
    expect(new Set(nonces).size).toBe(2_000);
  });

  it('keep what they were made of when others are made after them', () => {
    const boxes = Array.from({ length: 1_000 }, (_, index) => encrypt(key, 'acme', Buffer.from(`${index}`)));
    expect(boxes.map((box) => decrypt(key, 'acme', box).toString())).toEqual(boxes.map((_, index) => `${index}`));
  });
});

it('a key that is kept keeps nothing else in memory, and opens what was sealed under it', () => {
  const wrapping = createSecretKey(randomBytes(32));
  const bytes = unwrapKey(wrapping, 'acme', newWrappedKey(wrapping, 'acme'));
  expect([bytes.length, bytes.buffer.byteLength]).toEqual([32, 32]);
  const box = encrypt(keyOf(bytes), 'acme', Buffer.from('hello'));
  expect(decrypt(keyOf(bytes), 'acme', box).toString()).toBe('hello');
});

describe('the vault', () => {
  const sealedFor = async (vault: MemoryVault, org: OrgId) => {
    const identity = vault.identityHash('email', 'jo@example.com');
    const keyId = (await vault.keysFor(org, [identity])).get(identity) as KeyId;
    return { keyId, sealed: await vault.seal(org, keyId, 'identity', { email: 'jo@example.com' }) };
  };

  it('gives one key per org and identity, and hides what it seals', async () => {
    const vault = new MemoryVault();
    const { keyId, sealed } = await sealedFor(vault, ACME);
    expect(Buffer.from(sealed, 'base64').toString('latin1')).not.toContain('jo@example.com');
    expect(await vault.open(ACME, keyId, 'identity', sealed)).toEqual({ email: 'jo@example.com' });
    expect((await sealedFor(vault, ACME)).keyId).toBe(keyId);
    expect((await sealedFor(vault, 'other' as OrgId)).keyId).not.toBe(keyId);
  });

  it('a box of one kind does not pass for another', async () => {
    const vault = new MemoryVault();
    const { keyId, sealed } = await sealedFor(vault, ACME);
    await expect(vault.open(ACME, keyId, 'values', sealed)).rejects.toThrow();
  });

  it('tells a destroyed key from a missing one, and never makes it anew', async () => {
    const vault = new MemoryVault();
    const { keyId, sealed } = await sealedFor(vault, ACME);
    vault.destroy(ACME, keyId);
    await expect(vault.open(ACME, keyId, 'identity', sealed)).rejects.toThrow(KeyDestroyed);
    await expect(async () => sealedFor(vault, ACME)).rejects.toThrow(KeyDestroyed);
    await expect(vault.open(ACME, 'nope' as KeyId, 'identity', 'AA==' as Sealed)).rejects.toThrow(KeyMissing);
  });

  it('hashes identities with a key of the installation', () => {
    const one = new MemoryVault().identityHash('email', 'jo@example.com');
    const two = new MemoryVault().identityHash('email', 'jo@example.com');
    expect(one).not.toBe(two);
    expect(one).toMatch(/^[0-9a-f]{64}$/);
    expect(one satisfies IdentityHash).toBeTruthy();
  });
});
