import type { OrgId, PersonId } from '../../domain/kernel/ids.js';
import type { Instant } from '../../domain/kernel/instant.js';
import type { StoredEvent } from '../../events/event.js';
import { column, table } from '../table.js';

/** What enrichments have found for a person, as far as filters ask: whether, never what. */
export interface PersonFindingRow {
  readonly orgId: OrgId;
  readonly personId: PersonId;
  readonly hasEmail: boolean;
  readonly hasPhone: boolean;
  /** When a lookup last came to its end, with or without a result. */
  readonly lastEnrichedAt: Instant;
  readonly partition: number;
  readonly seq: number;
}

/**
 * A table of its own: every end of an enrichment writes here, and in `persons` it would have to write the entries of all
 * indexes of the person anew (a changed indexed column rules out Postgres' heap-only updates).
 */
export const PERSON_FINDINGS = table<PersonFindingRow>({
  name: 'person_findings',
  key: ['org_id', 'person_id'],
  newerBy: ['seq'],
  merge: { has_email: 'or', has_phone: 'or' },
  columns: [
    column('org_id', 'text', (row) => row.orgId),
    column('person_id', 'uuid', (row) => row.personId),
    column('has_email', 'boolean', (row) => row.hasEmail),
    column('has_phone', 'boolean', (row) => row.hasPhone),
    column('last_enriched_at', 'timestamptz', (row) => row.lastEnrichedAt),
    column('partition', 'smallint', (row) => row.partition),
    column('seq', 'bigint', (row) => row.seq),
  ],
});

type Finished = StoredEvent<'EnrichmentFinished'>;

export const foldPersonFindings = (events: readonly StoredEvent[]): readonly PersonFindingRow[] => {
  const rows = new Map<string, PersonFindingRow>();
  for (const event of events) {
    // Failed, timed out and cancelled ones told nothing about the person.
    if (event.type !== 'EnrichmentFinished' || event.data.dataFound === null) continue;
    const key = `${event.orgId}/${event.data.personId}`;
    rows.set(key, found(event, rows.get(key)));
  }
  return [...rows.values()];
};

const found = ({ orgId, time, partition, seq, data }: Finished, before: PersonFindingRow | undefined) => ({
  orgId,
  personId: data.personId,
  hasEmail: before?.hasEmail === true || (data.dataFound === true && data.field === 'emails'),
  hasPhone: before?.hasPhone === true || (data.dataFound === true && data.field === 'phones'),
  lastEnrichedAt: time,
  partition,
  seq,
});
