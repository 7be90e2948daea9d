import { statement, type Sql } from '../../db/database.js';
import type { IdentityHash, KeyId, OrgId, PersonId, Sealed } from '../../domain/kernel/ids.js';
import { instantOf, type Instant } from '../../domain/kernel/instant.js';

/** A person as stored: what is known of them is sealed under `keyId` (kind `identity`). */
export interface PersonView {
  readonly id: PersonId;
  readonly orgId: OrgId;
  readonly keyId: KeyId;
  readonly sealed: Sealed;
  readonly identities: readonly IdentityHash[];
  readonly source: string;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
}

export interface PersonsPage {
  /** At most PERSONS_PAGE_MAX. */
  readonly limit: number;
  /** The last one of the page before; null: from the first on. */
  readonly after: Pick<PersonView, 'createdAt' | 'id'> | null;
  /** Default: oldest first. */
  readonly newestFirst?: boolean;
}

/** API X-12, and one more that tells whether there is a next page. */
export const PERSONS_PAGE_MAX = 201;

const COLUMNS = 'id, org_id, key_id, sealed, identities, source, created_at, updated_at';
const BY_ID = statement('person_by_id', `select ${COLUMNS} from persons where org_id = $1 and id = $2`);
const pageStatements = (name: string, order: 'asc' | 'desc') => {
  const sorted = `order by created_at ${order}, id ${order} limit $2`;
  const beyond = `and (created_at, id) ${order === 'asc' ? '>' : '<'} ($3::timestamptz, $4::uuid)`;
  return {
    first: statement(`${name}_first_page`, `select ${COLUMNS} from persons where org_id = $1 ${sorted}`),
    next: statement(`${name}_next_page`, `select ${COLUMNS} from persons where org_id = $1 ${beyond} ${sorted}`),
  };
};
const OLDEST_FIRST = pageStatements('persons', 'asc');
const NEWEST_FIRST = pageStatements('newest_persons', 'desc');

export class PersonsQuery {
  constructor(private readonly sql: Sql) {}

  async byId(orgId: OrgId, personId: PersonId): Promise<PersonView | null> {
    const [row] = await this.sql.query<PersonDbRow>(BY_ID, [orgId, personId]);
    return row === undefined ? null : viewOfRow(row);
  }

  /** In the order (createdAt, id), oldest first unless asked otherwise (OP-17). */
  async list(orgId: OrgId, { limit, after, newestFirst = false }: PersonsPage): Promise<readonly PersonView[]> {
    const bounded = Math.min(limit, PERSONS_PAGE_MAX);
    const { first, next } = newestFirst ? NEWEST_FIRST : OLDEST_FIRST;
    const rows =
      after === null
        ? await this.sql.query<PersonDbRow>(first, [orgId, bounded])
        : await this.sql.query<PersonDbRow>(next, [orgId, bounded, after.createdAt, after.id]);
    return rows.map(viewOfRow);
  }
}

interface PersonDbRow {
  readonly id: PersonId;
  readonly org_id: OrgId;
  readonly key_id: KeyId;
  readonly sealed: Sealed;
  readonly identities: readonly IdentityHash[];
  readonly source: string;
  readonly created_at: Date;
  readonly updated_at: Date;
}

const viewOfRow = (row: PersonDbRow): PersonView => ({
  id: row.id,
  orgId: row.org_id,
  keyId: row.key_id,
  sealed: row.sealed,
  identities: row.identities,
  source: row.source,
  createdAt: instantOf(row.created_at.getTime()),
  updatedAt: instantOf(row.updated_at.getTime()),
});
