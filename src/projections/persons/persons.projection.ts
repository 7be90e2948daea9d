import type { IdentityHash, KeyId, OrgId, PersonId, Sealed } from '../../domain/kernel/ids.js';
import type { Instant } from '../../domain/kernel/instant.js';
import type { StoredEvent } from '../../events/event.js';
import { arrayLiteral } from '../../db/array-literal.js';
import { column, table } from '../table.js';
import { clearColumnsOf, type ClearColumns } from './clear-columns.js';
import type { OpenedIdentities } from './identities.js';

export interface PersonRow {
  readonly id: PersonId;
  readonly orgId: OrgId;
  readonly keyId: KeyId;
  readonly sealed: Sealed;
  readonly identities: readonly IdentityHash[];
  readonly clear: ClearColumns;
  /** Where the person first came from. */
  readonly source: string;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
  readonly partition: number;
  readonly seq: number;
}

/** A merge writes the whole person anew; only when and where it came from stays (API OP-17 orders by it). */
export const PERSONS = table<PersonRow>({
  name: 'persons',
  key: ['org_id', 'id'],
  newerBy: ['seq'],
  keep: ['source', 'created_at'],
  columns: [
    column('org_id', 'text', (row) => row.orgId),
    column('id', 'uuid', (row) => row.id),
    column('key_id', 'text', (row) => row.keyId),
    column('sealed', 'text', (row) => row.sealed),
    column('identities', 'text[]', (row) => arrayLiteral(row.identities)),
    column('first_name', 'text', ({ clear }) => clear.firstName),
    column('last_name', 'text', ({ clear }) => clear.lastName),
    column('full_name', 'text', ({ clear }) => clear.fullName),
    column('title', 'text', ({ clear }) => clear.title),
    column('company_name', 'text', ({ clear }) => clear.companyName),
    column('company_domain', 'text', ({ clear }) => clear.companyDomain),
    column('country', 'text', ({ clear }) => clear.country),
    column('linkedin_url', 'text', ({ clear }) => clear.linkedinUrl),
    column('tags', 'text[]', ({ clear }) => clear.tags && arrayLiteral(clear.tags)),
    column('source', 'text', (row) => row.source),
    column('created_at', 'timestamptz', (row) => row.createdAt),
    column('updated_at', 'timestamptz', (row) => row.updatedAt),
    column('partition', 'smallint', (row) => row.partition),
    column('seq', 'bigint', (row) => row.seq),
  ],
});

/** Ids may be chosen by the client, so they are unique within an org only. */
export const foldPersons = (events: readonly StoredEvent[], opened: OpenedIdentities): readonly PersonRow[] => {
  const first = new Map<string, StoredEvent<'PersonRecorded'>>();
  const last = new Map<string, StoredEvent<'PersonRecorded'>>();
  for (const event of events) {
    if (event.type !== 'PersonRecorded') continue;
    const key = `${event.orgId}/${event.data.personId}`;
    if (!first.has(key)) first.set(key, event);
    last.set(key, event);
  }
  return [...last].map(([key, event]) => recorded(first.get(key) ?? event, event, opened));
};

const recorded = (
  { time: createdAt, data: { source } }: StoredEvent<'PersonRecorded'>,
  last: StoredEvent<'PersonRecorded'>,
  opened: OpenedIdentities,
): PersonRow => ({
  id: last.data.personId,
  orgId: last.orgId,
  keyId: last.data.keyId,
  sealed: last.data.sealed,
  identities: last.data.identities,
  clear: clearColumnsOf(last.orgId, opened.get(last.data.sealed) ?? null),
  source,
  createdAt,
  updatedAt: last.time,
  partition: last.partition,
  seq: last.seq,
});
