import type { KeyId, OrgId, Sealed } from '../domain/kernel/ids.js';
import { KeyDestroyed, type SealedIdentity, type Vault } from './vault.js';

interface Box {
  readonly orgId: OrgId;
  readonly keyId: KeyId;
  readonly sealed: Sealed;
}

/** Opens identities by the hundred, for read models; one statement for all keys that are not known yet. */
export class VaultIdentityOpener {
  constructor(private readonly vault: Pick<Vault, 'open' | 'warmAll'>) {}

  /** By what was sealed; null where the key was destroyed. @throws KeyMissing */
  async openAll(boxes: readonly Box[]): Promise<ReadonlyMap<Sealed, SealedIdentity | null>> {
    await this.vault.warmAll(boxes);
    const opened = new Map<Sealed, SealedIdentity | null>();
    for (const box of boxes) opened.set(box.sealed, await this.open(box));
    return opened;
  }

  private async open({ orgId, keyId, sealed }: Box): Promise<SealedIdentity | null> {
    try {
      return (await this.vault.open(orgId, keyId, 'identity', sealed)) as SealedIdentity;
    } catch (error) {
      if (error instanceof KeyDestroyed) return null;
      throw error;
    }
  }
}
