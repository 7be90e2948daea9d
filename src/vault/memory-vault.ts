import { createHash, createSecretKey, randomBytes, type KeyObject } from 'node:crypto';
import type { IdentityHash, KeyId, OrgId, Sealed } from '../domain/kernel/ids.js';
import { deriveMasterKeys, hashIdentity, KEY_BYTES, openJson, sealJson } from './sealing.js';
import { aboutOf, KeyDestroyed, KeyMissing, type IdentityKind, type SealKind, type Vault } from './vault.js';

/** The vault without a database, for tests and the simulation; same boxes, same errors. */
export class MemoryVault implements Vault {
  private readonly keys = new Map<string, KeyObject | null>();
  private readonly masterKeys = deriveMasterKeys(randomBytes(KEY_BYTES));

  identityHash(kind: IdentityKind, canonicalValue: string): IdentityHash {
    return hashIdentity(this.masterKeys.identity, kind, canonicalValue);
  }

  keysFor(orgId: OrgId, identities: readonly IdentityHash[]): Promise<ReadonlyMap<IdentityHash, KeyId>> {
    return Promise.resolve(new Map(identities.map((identity) => [identity, this.keyIdFor(orgId, identity)])));
  }

  async seal(orgId: OrgId, keyId: KeyId, kind: SealKind, value: unknown): Promise<Sealed> {
    return sealJson(await this.key(orgId, keyId), aboutOf(orgId, keyId, kind), value);
  }

  async open(orgId: OrgId, keyId: KeyId, kind: SealKind, sealed: Sealed): Promise<unknown> {
    return openJson(await this.key(orgId, keyId), aboutOf(orgId, keyId, kind), sealed);
  }

  warm(): Promise<void> {
    return Promise.resolve();
  }

  warmAll(): Promise<void> {
    return Promise.resolve();
  }

  destroy(orgId: OrgId, keyId: KeyId): void {
    this.keys.set(`${orgId}/${keyId}`, null);
  }

  private keyIdFor(orgId: OrgId, identity: IdentityHash): KeyId {
    const keyId = createHash('sha256').update(`${orgId}/${identity}`).digest('hex').slice(0, 20) as KeyId;
    const name = `${orgId}/${keyId}`;
    if (this.keys.get(name) === null) throw new KeyDestroyed(keyId);
    if (!this.keys.has(name)) this.keys.set(name, createSecretKey(randomBytes(KEY_BYTES)));
    return keyId;
  }

  private async key(orgId: OrgId, keyId: KeyId): Promise<KeyObject> {
    const key = this.keys.get(`${orgId}/${keyId}`);
    if (key === undefined) throw new KeyMissing(keyId);
    if (key === null) throw new KeyDestroyed(keyId);
    return key;
  }
}
