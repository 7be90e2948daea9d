import type { EnrichmentView } from '../../src/domain/enrichments/enrichment-view.js';
import type { EnrichmentId, OrgId, PersonId } from '../../src/domain/kernel/ids.js';
import { instantOf } from '../../src/domain/kernel/instant.js';
import { ORG } from './app.js';

export const PERSON = '550e8400-e29b-41d4-a716-446655440000' as PersonId;
export const ENRICHMENT = '0b0c6a0e-6a53-8d0e-9a55-0d4f6f0f6a10' as EnrichmentId;
const MAX_AGE_MS = 800_000;

/** A pending enrichment as the decider and the read model show it. */
export const pendingView = (createdMs: number, changes: Partial<EnrichmentView> = {}): EnrichmentView => ({
  id: ENRICHMENT,
  orgId: ORG as OrgId,
  personId: PERSON,
  field: 'emails',
  status: 'pending',
  error: null,
  dataFound: null,
  createdBy: 'user_1',
  createdAt: instantOf(createdMs),
  updatedAt: instantOf(createdMs),
  deadlineAt: instantOf(createdMs + MAX_AGE_MS),
  globalEnrichmentId: null,
  creditTransactionId: null,
  creditReservationId: '6f0e0000-0000-8000-8000-000000000000',
  receipt: null,
  ...changes,
});

export const foundView = (createdMs: number): EnrichmentView =>
  pendingView(createdMs, {
    status: 'finished',
    dataFound: true,
    updatedAt: instantOf(createdMs + 20),
    creditTransactionId: '7a7a0000-0000-8000-8000-000000000000',
    receipt: {
      reserved: 3,
      captured: 1,
      released: 2,
      refunded: 0,
      priceListVersion: 'v1',
      fromCache: false,
      lines: [{ provider: 'sandbox-fast', step: 1, outcome: 'hit', price: 1 }],
    },
  });

/** Distinct ids by number. */
export const personNumber = (n: number): PersonId =>
  `550e8400-e29b-41d4-a716-${String(n).padStart(12, '0')}` as PersonId;
