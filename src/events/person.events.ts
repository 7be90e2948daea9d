import type { IdentityHash, KeyId, PersonId, Sealed } from '../domain/kernel/ids.js';

/** A person was created, or known facts were merged into it. `sealed` is the whole identity after the merge. */
export interface PersonRecorded {
  readonly personId: PersonId;
  readonly keyId: KeyId;
  readonly keyIds: readonly KeyId[];
  readonly identities: readonly IdentityHash[];
  readonly sealed: Sealed;
  readonly source: string;
  readonly merged: boolean;
}
