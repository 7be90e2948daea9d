import type { KeyId, OrgId, Sealed } from '../../domain/kernel/ids.js';
import type { StoredEvent } from '../../events/event.js';
import type { SealedIdentity } from '../../vault/vault.js';

/** An identity as an event carries it. */
export interface IdentityBox {
  readonly orgId: OrgId;
  readonly keyId: KeyId;
  readonly sealed: Sealed;
}

/** By what was sealed; null: nobody can open it any more. A box is never the same twice. */
export type OpenedIdentities = ReadonlyMap<Sealed, SealedIdentity | null>;

/**
 * The part of the vault that read models need: many identities at once. One whose key was destroyed is null (the person
 * was erased); everything else that cannot be opened throws, and the projector stops where it is.
 */
export interface IdentityOpener {
  openAll(boxes: readonly IdentityBox[]): Promise<OpenedIdentities>;
}

/** Those that the fold of a batch shows: the last one of every person. */
export const identitiesIn = (events: readonly StoredEvent[]): readonly IdentityBox[] => {
  const boxes = new Map<string, IdentityBox>();
  for (const { type, orgId, data } of events) {
    if (type !== 'PersonRecorded') continue;
    boxes.set(`${orgId}/${data.personId}`, { orgId, keyId: data.keyId, sealed: data.sealed });
  }
  return [...boxes.values()];
};
