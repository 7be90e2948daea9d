import { statement, type Sql } from '../../db/database.js';
import type { EnrichmentId, KeyId, OrgId, PersonId, Sealed } from '../../domain/kernel/ids.js';
import { instantOf, type Instant } from '../../domain/kernel/instant.js';
import type { Field, Verification } from '../../domain/waterfall/plan.js';

/** Values found for a person, sealed under `keyId` (kind `values`). */
export interface FoundValues {
  readonly enrichmentId: EnrichmentId;
  readonly field: Field;
  readonly verification: Verification | null;
  readonly keyId: KeyId;
  readonly sealed: Sealed;
  readonly foundAt: Instant;
  /** Credits were captured for them. */
  readonly charged: boolean;
}

const VALUES_MAX = 50;
const OF_PERSON = statement(
  'values_of_person',
  `select id, field, verification, key_id, sealed, updated_at, captured > 0 as charged from enrichments
   where org_id = $1 and person_id = $2 and data_found and sealed is not null
   order by created_at desc, id desc limit ${VALUES_MAX}`,
);

export class ValuesQuery {
  constructor(private readonly sql: Sql) {}

  /** The newest 50, newest first. */
  async ofPerson(orgId: OrgId, personId: PersonId): Promise<readonly FoundValues[]> {
    return (await this.sql.query<ValuesDbRow>(OF_PERSON, [orgId, personId])).map(valuesOf);
  }
}

interface ValuesDbRow {
  readonly id: EnrichmentId;
  readonly field: Field;
  readonly verification: Verification | null;
  readonly key_id: KeyId;
  readonly sealed: Sealed;
  readonly updated_at: Date;
  readonly charged: boolean;
}

const valuesOf = (row: ValuesDbRow): FoundValues => ({
  enrichmentId: row.id,
  field: row.field,
  verification: row.verification,
  keyId: row.key_id,
  sealed: row.sealed,
  foundAt: instantOf(row.updated_at.getTime()),
  charged: row.charged,
});
