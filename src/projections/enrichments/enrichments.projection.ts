import type { Enrichment } from '../../domain/enrichments/enrichment.js';
import { invariant } from '../../domain/kernel/errors.js';
import type { EnrichmentId, KeyId, Sealed } from '../../domain/kernel/ids.js';
import { streams } from '../../domain/streams.js';
import type { Verification } from '../../domain/waterfall/plan.js';
import type { StoredEvent } from '../../events/event.js';
import type { Evolution } from '../evolution.js';
import { column, table } from '../table.js';

/** The decider's enrichment, and what reading needs after its plan is dropped. */
export interface EnrichmentRow {
  readonly enrichment: Enrichment;
  readonly waterfallId: string;
  readonly waterfallVersion: number;
  /** The values found, when it ended well. */
  readonly verification: Verification | null;
  readonly keyId: KeyId | null;
  readonly sealed: Sealed | null;
  readonly partition: number;
  readonly seq: number;
}

export const ENRICHMENTS = table<EnrichmentRow>({
  name: 'enrichments',
  key: ['id'],
  newerBy: ['seq'],
  keep: ['org_id', 'person_id', 'field', 'created_at'],
  columns: [
    column('id', 'uuid', ({ enrichment }) => enrichment.id),
    column('org_id', 'text', ({ enrichment }) => enrichment.orgId),
    column('person_id', 'uuid', ({ enrichment }) => enrichment.personId),
    column('field', 'text', ({ enrichment }) => enrichment.field),
    column('options_hash', 'text', ({ enrichment }) => enrichment.optionsHash),
    column('operation_type', 'text', ({ enrichment }) => enrichment.operationType),
    column('created_by', 'text', ({ enrichment }) => enrichment.createdBy),
    column('dialect', 'text', ({ enrichment }) => enrichment.dialect),
    column('status', 'text', ({ enrichment }) => enrichment.status),
    column('outcome', 'text', ({ enrichment }) => enrichment.outcome),
    column('error', 'text', ({ enrichment }) => enrichment.error),
    column('data_found', 'boolean', ({ enrichment }) => enrichment.dataFound),
    column('waterfall_id', 'text', (row) => row.waterfallId),
    column('waterfall_version', 'int', (row) => row.waterfallVersion),
    column('pending', 'jsonb', ({ enrichment: { pending } }) => pending && JSON.stringify(pending)),
    column('lines', 'jsonb', ({ enrichment }) => JSON.stringify(enrichment.lines)),
    column('price_list_version', 'text', ({ enrichment }) => enrichment.priceListVersion),
    column('reserved', 'bigint', ({ enrichment }) => enrichment.reserved),
    column('captured', 'bigint', ({ enrichment }) => enrichment.captured),
    column('released', 'bigint', ({ enrichment }) => enrichment.released),
    column('refunded', 'bigint', ({ enrichment }) => enrichment.refunded ?? 0),
    column('reservation_id', 'uuid', ({ enrichment }) => enrichment.reservationId),
    column('transaction_id', 'uuid', ({ enrichment }) => enrichment.transactionId),
    column('global_enrichment_id', 'text', ({ enrichment }) => enrichment.globalEnrichmentId),
    column('verification', 'text', (row) => row.verification),
    column('key_id', 'text', (row) => row.keyId),
    column('sealed', 'text', (row) => row.sealed),
    column('created_at', 'timestamptz', ({ enrichment }) => enrichment.createdAt),
    column('updated_at', 'timestamptz', ({ enrichment }) => enrichment.updatedAt),
    column('deadline_at', 'timestamptz', ({ enrichment }) => enrichment.deadlineAt),
    column('partition', 'smallint', (row) => row.partition),
    column('seq', 'bigint', (row) => row.seq),
  ],
});

/** `before`: the rows of the enrichments that began before this batch. */
export const foldEnrichments = (
  evolution: Evolution,
  before: ReadonlyMap<EnrichmentId, EnrichmentRow>,
): readonly EnrichmentRow[] => {
  const rows = new Map<EnrichmentId, EnrichmentRow>();
  for (const { event, after } of evolution.enrichments) {
    rows.set(after.id, rowAfter(event, after, rows.get(after.id) ?? before.get(after.id)));
  }
  return [...rows.values()];
};

const rowAfter = (event: StoredEvent, enrichment: Enrichment, before: EnrichmentRow | undefined): EnrichmentRow => {
  const { partition, seq } = event;
  if (event.type === 'EnrichmentRequested') {
    const { waterfallId, version } = event.data.plan;
    return { ...NO_VALUES, enrichment, waterfallId, waterfallVersion: version, partition, seq };
  }
  invariant(before, `${streams.enrichment(enrichment.id)} changed before it was requested`);
  if (event.type !== 'EnrichmentFinished') return { ...before, enrichment, seq };
  const { verification, keyId, sealed } = event.data;
  return { ...before, enrichment, verification, keyId, sealed, seq };
};

const NO_VALUES = { verification: null, keyId: null, sealed: null } as const;
