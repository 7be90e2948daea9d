import type { IdentityHash, KeyId, OrgId, PersonId, Sealed } from '../../domain/kernel/ids.js';
import type { Instant } from '../../domain/kernel/instant.js';
import type { StoredEvent } from '../../events/event.js';
import { column, table } from '../table.js';

export interface PersonRow {
  readonly id: PersonId;
  readonly orgId: OrgId;
  readonly keyId: KeyId;
  readonly sealed: Sealed;
  readonly identities: readonly IdentityHash[];
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
    column('identities', 'text[]', (row) => `{${row.identities.join(',')}}`),
    column('source', 'text', (row) => row.source),
    column('created_at', 'timestamptz', (row) => row.createdAt),
    column('updated_at', 'timestamptz', (row) => row.updatedAt),
    column('partition', 'smallint', (row) => row.partition),
    column('seq', 'bigint', (row) => row.seq),
  ],
});

/** Ids may be chosen by the client, so they are unique within an org only. */
export const foldPersons = (events: readonly StoredEvent[]): readonly PersonRow[] => {
  const rows = new Map<string, PersonRow>();
  for (const event of events) {
    if (event.type !== 'PersonRecorded') continue;
    const key = `${event.orgId}/${event.data.personId}`;
    rows.set(key, recorded(event, rows.get(key)));
  }
  return [...rows.values()];
};

const recorded = (event: StoredEvent<'PersonRecorded'>, before: PersonRow | undefined): PersonRow => ({
  id: event.data.personId,
  orgId: event.orgId,
  keyId: event.data.keyId,
  sealed: event.data.sealed,
  identities: event.data.identities,
  source: before?.source ?? event.data.source,
  createdAt: before?.createdAt ?? event.time,
  updatedAt: event.time,
  partition: event.partition,
  seq: event.seq,
});
