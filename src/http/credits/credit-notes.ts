import { Inject, Injectable } from '@nestjs/common';
import type { CommandId, IdentityHash, KeyId, OrgId } from '../../domain/kernel/ids.js';
import type { SealedNote } from '../../events/credit.events.js';
import { KeyDestroyed, type Vault } from '../../vault/vault.js';
import { VAULT } from '../ports.js';

/**
 * What operators say about credits (CR-06, CR-12). Each note has a key of its own, kept under the id of its command: so
 * it can be destroyed without the others, and a repeat of the request seals under the same.
 */
@Injectable()
export class CreditNotes {
  constructor(@Inject(VAULT) private readonly vault: Vault) {}

  async seal(orgId: OrgId, commandId: CommandId, text: string): Promise<SealedNote> {
    const name = nameOf(commandId);
    const keyId = (await this.vault.keysFor(orgId, [name])).get(name) as KeyId;
    return { keyId, sealed: await this.vault.seal(orgId, keyId, 'note', text) };
  }

  /** In the same order; null where there is none, or none any more. */
  async open(orgId: OrgId, notes: readonly (SealedNote | null)[]): Promise<readonly (string | null)[]> {
    const keyIds = notes.flatMap((note) => note?.keyId ?? []);
    if (keyIds.length > 0) await this.vault.warm(orgId, keyIds);
    return Promise.all(notes.map((note) => this.opened(orgId, note)));
  }

  private async opened(orgId: OrgId, note: SealedNote | null): Promise<string | null> {
    if (note === null) return null;
    try {
      return (await this.vault.open(orgId, note.keyId, 'note', note.sealed)) as string;
    } catch (error) {
      if (error instanceof KeyDestroyed) return null;
      throw error;
    }
  }
}

/** No hash of an identity: those are hexadecimal. */
const nameOf = (commandId: CommandId): IdentityHash => `*note/${commandId}` as IdentityHash;
