import { arrayOf } from '../../db/array-parameter.js';
import { statement, type Sql } from '../../db/database.js';
import type { IdentityHash, KeyId, OrgId, PersonId, Sealed } from '../../domain/kernel/ids.js';
import { instantOf, type Instant } from '../../domain/kernel/instant.js';
import { compileFilter } from './filter/compile.js';
import { MATCH_ALL, type Filter } from './filter/filter.js';

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
  readonly filter?: Filter;
}

/** OP-17: of those that match, oldest first: skip, leave out, take. */
export interface PersonsSelection {
  readonly filter: Filter;
  readonly skip: number;
  readonly excluded: readonly PersonId[];
  /** At most SELECTED_MAX. */
  readonly take: number;
}

/** API X-12, and one more that tells whether there is a next page. */
export const PERSONS_PAGE_MAX = 201;
/** OP-16. */
export const SELECTED_MAX = 1_000;

const COLUMNS = 'id, org_id, key_id, sealed, identities, source, created_at, updated_at';
const BY_ID = statement('person_by_id', `select ${COLUMNS} from persons where org_id = $1 and id = $2`);
const BY_KEYS = statement(
  'persons_by_keys',
  `select ${COLUMNS} from persons where org_id = $1 and key_id = any($2::text[])`,
);
const ORDER = { oldestFirst: 'p.created_at, p.id', newestFirst: 'p.created_at desc, p.id desc' } as const;

/** Filters have too many shapes to keep a plan of each, and are planned better by what they ask for. */
const unnamed = (text: string) => statement('', text);

export class PersonsQuery {
  constructor(private readonly sql: Sql) {}

  async byId(orgId: OrgId, personId: PersonId): Promise<PersonView | null> {
    const [row] = await this.sql.query<PersonDbRow>(BY_ID, [orgId, personId]);
    return row === undefined ? null : viewOfRow(row);
  }

  /** Those whose identity is sealed under one of these keys, in no order. */
  async byKeys(orgId: OrgId, keyIds: readonly KeyId[]): Promise<readonly PersonView[]> {
    return (await this.sql.query<PersonDbRow>(BY_KEYS, [orgId, arrayOf('text', keyIds)])).map(viewOfRow);
  }

  /** In the order (createdAt, id), oldest first unless asked otherwise (OP-17). */
  async list(
    orgId: OrgId,
    { limit, after, newestFirst = false, filter = MATCH_ALL }: PersonsPage,
  ): Promise<readonly PersonView[]> {
    const { sql, values } = compileFilter(orgId, filter);
    const n = values.length;
    const beyond =
      after === null
        ? ''
        : `and (p.created_at, p.id) ${newestFirst ? '<' : '>'} ($${n + 2}::timestamptz, $${n + 3}::uuid)`;
    const order = newestFirst ? ORDER.newestFirst : ORDER.oldestFirst;
    const page = `select ${COLUMNS} from persons p where ${sql} ${beyond} order by ${order} limit $${n + 1}`;
    const bounds = [Math.min(limit, PERSONS_PAGE_MAX), ...(after === null ? [] : [after.createdAt, after.id])];
    return (await this.sql.query<PersonDbRow>(unnamed(page), [...values, ...bounds])).map(viewOfRow);
  }

  /** In the order (createdAt, id). Excluded ones do not count (OP-17). */
  async select(orgId: OrgId, { filter, skip, excluded, take }: PersonsSelection): Promise<readonly PersonId[]> {
    const { sql, values } = compileFilter(orgId, filter);
    const n = values.length;
    const skipped = `select p.id, p.created_at from persons p where ${sql} order by ${ORDER.oldestFirst} offset $${n + 1}`;
    const left = `select s.id from (${skipped}) s where s.id <> all($${n + 2}::uuid[])`;
    const text = `${left} order by s.created_at, s.id limit $${n + 3}`;
    const bounds = [skip, arrayOf('uuid', excluded), Math.min(take, SELECTED_MAX)];
    return (await this.sql.query<{ id: PersonId }>(unnamed(text), [...values, ...bounds])).map(({ id }) => id);
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
