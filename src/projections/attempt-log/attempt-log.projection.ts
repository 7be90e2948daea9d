import type { StoredEvent } from '../../events/event.js';
import { column, table } from '../table.js';

type Attempt = StoredEvent<'ProviderResponded'>;

/** Every answer of a provider, late ones too: the trace of an enrichment without its values (API WF-08). */
export const ATTEMPT_LOG = table<Attempt>({
  name: 'attempt_log',
  key: ['enrichment_id', 'attempt', 'step', 'seq'],
  newerBy: 'never',
  columns: [
    column('enrichment_id', 'uuid', ({ data }) => data.enrichmentId),
    column('attempt', 'int', ({ data }) => data.attempt),
    column('step', 'int', ({ data }) => data.step),
    column('org_id', 'text', ({ orgId }) => orgId),
    column('provider', 'text', ({ data }) => data.provider),
    column('outcome', 'text', ({ data }) => data.outcome),
    column('reason', 'text', ({ data }) => data.reason),
    column('vendor_price', 'double precision', ({ data }) => data.vendorPrice),
    column('verification', 'text', ({ data }) => data.verification),
    column('values_found', 'int', ({ data }) => data.valuesFound),
    column('late', 'boolean', ({ data }) => data.late),
    column('started_at', 'timestamptz', ({ data }) => data.startedAt),
    column('latency_ms', 'int', ({ data }) => Math.round(data.latencyMs)),
    column('partition', 'smallint', ({ partition }) => partition),
    column('seq', 'bigint', ({ seq }) => seq),
  ],
});

export const foldAttempts = (events: readonly StoredEvent[]): readonly Attempt[] =>
  events.filter((event): event is Attempt => event.type === 'ProviderResponded');
