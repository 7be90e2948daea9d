import type { EnrichmentId, OrgId, PersonId } from '../kernel/ids.js';
import type { Instant } from '../kernel/instant.js';
import type { Field } from '../waterfall/plan.js';
import type { Enrichment, EnrichmentStatus, ReceiptLine } from './enrichment.js';

/** CR-08; null while pending. Amounts in the installation's unit. */
export interface Receipt {
  readonly reserved: number;
  readonly captured: number;
  readonly released: number;
  /** Of `captured`, by an operator (CR-12). */
  readonly refunded: number;
  readonly priceListVersion: string;
  readonly fromCache: boolean;
  readonly lines: readonly ReceiptLine[];
}

/** What every dialect presents: the decider's replies and the read model both have this shape. */
export interface EnrichmentView {
  readonly id: EnrichmentId;
  readonly orgId: OrgId;
  readonly personId: PersonId;
  readonly field: Field;
  readonly status: EnrichmentStatus;
  readonly error: string | null;
  readonly dataFound: boolean | null;
  readonly createdBy: string;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
  readonly deadlineAt: Instant;
  readonly globalEnrichmentId: string | null;
  readonly creditTransactionId: string | null;
  readonly creditReservationId: string;
  readonly receipt: Receipt | null;
}

export const viewOf = (enrichment: Enrichment): EnrichmentView => ({
  id: enrichment.id,
  orgId: enrichment.orgId,
  personId: enrichment.personId,
  field: enrichment.field,
  status: enrichment.status,
  error: enrichment.error,
  dataFound: enrichment.dataFound,
  createdBy: enrichment.createdBy,
  createdAt: enrichment.createdAt,
  updatedAt: enrichment.updatedAt,
  deadlineAt: enrichment.deadlineAt,
  globalEnrichmentId: enrichment.globalEnrichmentId,
  creditTransactionId: enrichment.transactionId,
  creditReservationId: enrichment.reservationId,
  receipt: enrichment.status === 'pending' ? null : receiptOf(enrichment),
});

const receiptOf = (enrichment: Enrichment): Receipt => ({
  reserved: enrichment.reserved,
  captured: enrichment.captured,
  released: enrichment.released,
  refunded: enrichment.refunded ?? 0,
  priceListVersion: enrichment.priceListVersion,
  fromCache: enrichment.globalEnrichmentId !== null,
  lines: enrichment.lines,
});
