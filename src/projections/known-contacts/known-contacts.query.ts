import { statement, type Sql } from '../../db/database.js';
import type { IdentityHash, KeyId, Sealed } from '../../domain/kernel/ids.js';
import { instantOf, type Instant } from '../../domain/kernel/instant.js';
import type { Field, Verification } from '../../domain/waterfall/plan.js';

export interface KnownContact {
  readonly identityHash: IdentityHash;
  readonly cacheId: string;
  readonly provider: string;
  readonly verification: Verification;
  readonly keyId: KeyId;
  readonly sealed: Sealed;
  readonly verifiedAt: Instant;
}

const FIND = statement(
  'known_contacts_of_identities',
  `select identity_hash, cache_id, provider, verification, key_id, sealed, verified_at from known_contacts
   where identity_hash = any($1::text[]) and field = $2 and verified_at >= $3
   order by array_position($1::text[], identity_hash)`,
);

/**
 * The one read model without an org: the cache is shared over orgs by design (CR-05), holds only values that
 * vendors allow to share, and is asked by `providers` alone.
 */
export class KnownContactsQuery {
  constructor(private readonly sql: Sql) {}

  /** In the order of `identities` (strongest first), at most one each, none older than `verifiedSince`. */
  async find(
    identities: readonly IdentityHash[],
    field: Field,
    verifiedSince: Instant,
  ): Promise<readonly KnownContact[]> {
    const rows = await this.sql.query<KnownContactDbRow>(FIND, [identities, field, verifiedSince]);
    return rows.map(contactOf);
  }
}

interface KnownContactDbRow {
  readonly identity_hash: IdentityHash;
  readonly cache_id: string;
  readonly provider: string;
  readonly verification: Verification;
  readonly key_id: KeyId;
  readonly sealed: Sealed;
  readonly verified_at: Date;
}

const contactOf = (row: KnownContactDbRow): KnownContact => ({
  identityHash: row.identity_hash,
  cacheId: row.cache_id,
  provider: row.provider,
  verification: row.verification,
  keyId: row.key_id,
  sealed: row.sealed,
  verifiedAt: instantOf(row.verified_at.getTime()),
});
