import type { Receipt } from '../../domain/enrichments/enrichment-view.js';
import type { ReceiptLine } from '../../domain/enrichments/enrichment.js';
import { boolean, count, listOf, nullable, object, oneOf, string } from '../../events/schema-parts.js';
import { named } from '../openapi/named.js';
import { credits, described, text, time, uuid } from '../openapi/parts.js';
import type { presentAttempt } from './enrichment-attempts.presenter.js';
import type { presentEnrichment } from './enrichment.presenter.js';

const OUTCOME = oneOf('hit', 'miss', 'error', 'skipped');

const RECEIPT = named(
  'Receipt',
  object<Receipt>({
    reserved: credits,
    captured: credits,
    released: credits,
    refunded: described(credits, 'Of what was captured, by an operator (CR-12).'),
    priceListVersion: string,
    fromCache: boolean,
    lines: listOf(
      object<ReceiptLine>({
        provider: string,
        step: described(count, 'From 1 in the order of the waterfall; 0: the cross-org cache.'),
        outcome: OUTCOME,
        price: credits,
      }),
    ),
  }),
);

/** OP-01. */
export const ENRICHMENT = named(
  'Enrichment',
  object<ReturnType<typeof presentEnrichment>>({
    id: uuid,
    createdAt: time,
    updatedAt: time,
    entityId: described(uuid, 'The person.'),
    entityType: { const: 'person' },
    field: oneOf('phones', 'emails'),
    status: oneOf('pending', 'finished', 'failed', 'timeout', 'cancelled'),
    error: nullable(text),
    dataFound: described(nullable(boolean), 'null while pending, and for failed, timeout and cancelled.'),
    createdBy: text,
    orgId: string,
    globalEnrichmentId: described(nullable(text), 'Of the entry of the cross-org cache that served it.'),
    creditTransactionId: described(nullable(text), 'In the credit history; null until credits are captured.'),
    creditReservationId: text,
    receipt: described(nullable(RECEIPT), 'null while pending.'),
  }),
);

/** WF-08. */
export const ATTEMPT = named(
  'Attempt',
  object<ReturnType<typeof presentAttempt>>({
    step: count,
    provider: string,
    waterfallVersion: count,
    startedAt: time,
    latencyMs: { type: 'number', minimum: 0 },
    outcome: OUTCOME,
    reason: nullable(text),
    price: credits,
    verification: nullable(text),
    valuesFound: count,
    late: described(boolean, 'The answer was not awaited any more and changed nothing.'),
  }),
);

/** OP-20. */
export const NO_ENRICHMENT = named(
  'NoEnrichment',
  object<{ entityId: string; field: string; status: 'none' }>({
    entityId: uuid,
    field: oneOf('phones', 'emails'),
    status: { const: 'none' },
  }),
);

export const PENDING_EXAMPLE = {
  id: '0b0c6a0e-6a53-8d0e-9a55-0d4f6f0f6a10',
  createdAt: '2026-11-21T01:02:03.004Z',
  updatedAt: '2026-11-21T01:02:03.004Z',
  entityId: '550e8400-e29b-41d4-a716-446655440000',
  entityType: 'person',
  field: 'emails',
  status: 'pending',
  error: null,
  dataFound: null,
  createdBy: 'key:3f1c0a9b7d5e2468',
  orgId: 'acme',
  globalEnrichmentId: null,
  creditTransactionId: null,
  creditReservationId: '6f0e2f6a-1111-8d0e-9a55-0d4f6f0f6a10',
  receipt: null,
};

export const FOUND_EXAMPLE = {
  ...PENDING_EXAMPLE,
  updatedAt: '2026-11-21T01:02:03.404Z',
  status: 'finished',
  dataFound: true,
  creditTransactionId: '7a7a2f6a-1111-8d0e-9a55-0d4f6f0f6a10',
  receipt: {
    reserved: 3,
    captured: 1,
    released: 2,
    refunded: 0,
    priceListVersion: '5c1f0d2e',
    fromCache: false,
    lines: [{ provider: 'sandbox-fast', step: 1, outcome: 'hit', price: 1 }],
  },
};
