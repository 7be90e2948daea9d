import type { Enrichment, ReceiptLine } from '../../domain/enrichments/enrichment.js';
import { instantOf } from '../../domain/kernel/instant.js';

/** How `pg` hands over the columns of `enrichments`: bigint as text, times as Date. */
export interface EnrichmentDbRow {
  readonly id: Enrichment['id'];
  readonly org_id: Enrichment['orgId'];
  readonly person_id: Enrichment['personId'];
  readonly field: Enrichment['field'];
  readonly options_hash: string;
  readonly operation_type: Enrichment['operationType'];
  readonly created_by: string;
  readonly dialect: Enrichment['dialect'];
  readonly status: Enrichment['status'];
  readonly outcome: Enrichment['outcome'];
  readonly error: string | null;
  readonly data_found: boolean | null;
  readonly pending: Enrichment['pending'];
  readonly lines: Enrichment['lines'];
  readonly price_list_version: string;
  readonly reserved: string;
  readonly captured: string;
  readonly released: string;
  readonly refunded: string;
  readonly reservation_id: Enrichment['reservationId'];
  readonly transaction_id: Enrichment['transactionId'];
  readonly global_enrichment_id: string | null;
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly deadline_at: Date;
}

/** All but `pending`, which only folding needs. */
export const VIEW_COLUMNS = `id, org_id, person_id, field, options_hash, operation_type, created_by, dialect, status, outcome,
  error, data_found, lines, price_list_version, reserved, captured, released, refunded, reservation_id, transaction_id,
  global_enrichment_id, created_at, updated_at, deadline_at`;

export const enrichmentOfRow = (row: EnrichmentDbRow): Enrichment => ({
  id: row.id,
  orgId: row.org_id,
  personId: row.person_id,
  field: row.field,
  optionsHash: row.options_hash,
  operationType: row.operation_type,
  createdBy: row.created_by,
  dialect: row.dialect,
  status: row.status,
  outcome: row.outcome,
  error: row.error,
  dataFound: row.data_found,
  createdAt: instantOf(row.created_at.getTime()),
  updatedAt: instantOf(row.updated_at.getTime()),
  deadlineAt: instantOf(row.deadline_at.getTime()),
  reservationId: row.reservation_id,
  transactionId: row.transaction_id,
  globalEnrichmentId: row.global_enrichment_id,
  priceListVersion: row.price_list_version,
  reserved: Number(row.reserved),
  captured: Number(row.captured),
  released: Number(row.released),
  ...(row.refunded !== '0' && { refunded: Number(row.refunded) }),
  lines: row.lines.map(inOrder),
  pending: row.pending,
});

/** `jsonb` forgets the order of properties; a receipt reads the same wherever it comes from. */
const inOrder = ({ provider, step, outcome, price }: ReceiptLine): ReceiptLine => ({ provider, step, outcome, price });
