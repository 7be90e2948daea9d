import { isCreditEvent } from '../domain/credits/chain.js';
import type { EnrichmentId, OrgId } from '../domain/kernel/ids.js';
import type { StoredEvent } from '../events/event.js';

/** The rows a batch builds on: those that it changes and does not begin itself. */
export interface StreamsToRead {
  readonly enrichments: readonly EnrichmentId[];
  readonly accounts: readonly OrgId[];
}

export const streamsToRead = (events: readonly StoredEvent[]): StreamsToRead => {
  const enrichments = new Set<EnrichmentId>();
  const begun = new Set<EnrichmentId>();
  const accounts = new Set<OrgId>();
  for (const event of events) {
    if (event.type === 'EnrichmentRequested') begun.add(event.data.enrichmentId);
    if (isCreditEvent(event) || event.type === 'GrantExpiryNeared') accounts.add(event.orgId);
    for (const id of enrichmentsIn(event)) if (!begun.has(id)) enrichments.add(id);
  }
  return { enrichments: [...enrichments], accounts: [...accounts] };
};

const enrichmentsIn = (event: StoredEvent): readonly EnrichmentId[] => {
  switch (event.type) {
    case 'CreditsReserved':
      return event.data.enrichments.map(({ enrichmentId }) => enrichmentId);
    case 'ProviderResponded':
    case 'EnrichmentFinished':
    case 'CreditsCaptured':
    case 'CreditsReleased':
    case 'CreditsRefunded':
      return [event.data.enrichmentId];
    // Begins its enrichment, or touches none.
    case 'EnrichmentRequested':
    case 'PersonRecorded':
    case 'CreditsGranted':
    case 'CreditsExpired':
    case 'CreditsAdjusted':
    case 'SettingsChanged':
    case 'CreditsRanLow':
    case 'CreditsDepleted':
    case 'GrantExpiryNeared':
    case 'LedgerCheckpointed':
    case 'CommandAnswered':
    case 'CommandRefused':
    case 'PartitionClaimed':
    case 'BatchDecided':
      return [];
  }
};
