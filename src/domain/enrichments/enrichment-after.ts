import type { CreditsCaptured, CreditsRefunded, CreditsReleased } from '../../events/credit.events.js';
import type { EnrichmentFinished, EnrichmentRequested, ProviderResponded } from '../../events/enrichment.events.js';
import { takeFirst, type Split } from '../credits/split.js';
import { invariant } from '../kernel/errors.js';
import type { OrgId } from '../kernel/ids.js';
import type { Instant } from '../kernel/instant.js';
import { NO_PROGRESS, progressAfter } from '../waterfall/progress.js';
import type {
  Candidate,
  Enrichment,
  EnrichmentOutcome,
  EnrichmentStatus,
  PendingWork,
  ReceiptLine,
} from './enrichment.js';

const STATUSES: Readonly<Record<EnrichmentOutcome, EnrichmentStatus>> = {
  found: 'finished',
  not_found: 'finished',
  suppressed: 'finished',
  failed: 'failed',
  timed_out: 'timeout',
  cancelled: 'cancelled',
};

const NOTHING_YET = {
  status: 'pending',
  outcome: null,
  error: null,
  dataFound: null,
  transactionId: null,
  globalEnrichmentId: null,
  captured: 0,
  released: 0,
  lines: [],
} as const;

export const enrichmentRequested = (orgId: OrgId, time: Instant, data: EnrichmentRequested): Enrichment => ({
  ...NOTHING_YET,
  id: data.enrichmentId,
  orgId,
  personId: data.personId,
  field: data.field,
  optionsHash: data.optionsHash,
  operationType: data.operationType,
  createdBy: data.createdBy,
  dialect: data.dialect,
  createdAt: time,
  updatedAt: time,
  deadlineAt: data.deadlineAt,
  reservationId: data.reservationId,
  priceListVersion: data.priceListVersion,
  reserved: data.reservedPrice,
  pending: { plan: data.plan, attempt: data.next, ...NO_PROGRESS, split: [] },
});

/** The reservation of the command has dealt this enrichment its share. */
export const enrichmentReserved = (enrichment: Enrichment, split: Split): Enrichment => ({
  ...enrichment,
  pending: { ...pendingOf(enrichment), split },
});

/** Captured or released: that much less is set aside. */
export const enrichmentSettled = (enrichment: Enrichment, data: CreditsCaptured | CreditsReleased): Enrichment => {
  const pending = pendingOf(enrichment);
  return { ...enrichment, pending: { ...pending, split: takeFirst(pending.split, data.amount).rest } };
};

export const enrichmentResponded = (enrichment: Enrichment, time: Instant, data: ProviderResponded): Enrichment => {
  const pending = pendingOf(enrichment);
  const { provider, step, outcome } = data;
  return {
    ...enrichment,
    updatedAt: time,
    lines: [...enrichment.lines, { provider, step, outcome, price: 0 }],
    pending: { ...pending, ...progressAfter(pending.plan, pending, data), attempt: data.next ?? pending.attempt },
  };
};

export const enrichmentFinished = (enrichment: Enrichment, time: Instant, data: EnrichmentFinished): Enrichment => {
  const { candidate } = pendingOf(enrichment);
  const { outcome, error, dataFound, captured, released, transactionId, fromCache } = data;
  return {
    ...enrichment,
    outcome,
    error,
    dataFound,
    captured,
    released,
    transactionId,
    status: STATUSES[outcome],
    globalEnrichmentId: fromCache,
    updatedAt: time,
    lines: outcome === 'found' ? withWinner(enrichment.lines, candidate, captured) : enrichment.lines,
    pending: null,
  };
};

export const enrichmentRefunded = (enrichment: Enrichment, time: Instant, { amount }: CreditsRefunded): Enrichment => ({
  ...enrichment,
  refunded: amount,
  updatedAt: time,
});

const withWinner = (lines: readonly ReceiptLine[], winner: Candidate | null, price: number): readonly ReceiptLine[] =>
  lines.map((line) => (line.step === winner?.step ? { ...line, price } : line));

const pendingOf = (enrichment: Enrichment): PendingWork => {
  invariant(enrichment.pending !== null, `enrichment ${enrichment.id} has ended already`);
  return enrichment.pending;
};
