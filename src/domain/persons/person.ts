import type { IdentityHash, KeyId, OrgId, PersonId, Sealed } from '../kernel/ids.js';
import type { Instant } from '../kernel/instant.js';

/** Stream `person/<org>/<id>`. The identity itself is sealed; the decider only copies it. */
export interface Person {
  readonly id: PersonId;
  readonly orgId: OrgId;
  readonly identities: readonly IdentityHash[];
  /** The key the sealed identity and all found values of this person are under. */
  readonly keyId: KeyId;
  /** Every key that ever sealed something about this person: erasing destroys all of them (DESIGN §6). */
  readonly keyIds: readonly KeyId[];
  readonly sealed: Sealed;
  readonly erased: boolean;
  readonly recordedAt: Instant;
}

/** Stream `identity/<org>/<hash>`: the person that owns an identity key. */
export interface IdentityOwner {
  readonly personId: PersonId;
}

/** Stream `current/<org>/<person>/<field>/<options>`: the enrichment that counts. */
export interface CurrentEnrichment {
  readonly enrichmentId: string;
}
