import type { Facts } from '../../commands/merge-facts.js';
import type { IdentityVault } from '../../commands/record-person.command.js';
import type { IdentityHash, KeyId, OrgId, Sealed } from '../../domain/kernel/ids.js';
import { canonicalIdentity } from '../../vault/identity.js';
import type { SealedIdentity, Vault } from '../../vault/vault.js';

/** The vault as recording a person sees it: only identities. */
export class VaultedIdentities implements IdentityVault {
  constructor(private readonly vault: Vault) {}

  identitiesOf(facts: Facts): readonly IdentityHash[] {
    const { keys } = canonicalIdentity(facts as SealedIdentity);
    return keys.map(({ kind, value }) => this.vault.identityHash(kind, value));
  }

  keysFor(orgId: OrgId, identities: readonly IdentityHash[]): Promise<ReadonlyMap<IdentityHash, KeyId>> {
    return this.vault.keysFor(orgId, identities);
  }

  seal(orgId: OrgId, keyId: KeyId, kind: 'identity', value: unknown): Promise<Sealed> {
    return this.vault.seal(orgId, keyId, kind, value);
  }

  open(orgId: OrgId, keyId: KeyId, kind: 'identity', sealed: Sealed): Promise<unknown> {
    return this.vault.open(orgId, keyId, kind, sealed);
  }
}
