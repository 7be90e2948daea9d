import type { RarePaths } from '../world/rare-paths.js';
import type { Fact } from './events-reader.js';

/** Counts what a fact shows to have been reached; `facts` are those of the same command so far. */
export const noteFact = (paths: RarePaths, fact: Fact, facts: readonly Fact[]): void => {
  switch (fact.type) {
    case 'EnrichmentFinished':
      return paths.saw(`enrichment ${fact.data.outcome}`);
    case 'EnrichmentRequested':
      return paths.saw(fact.data.supersedes === null ? 'enrichment requested' : 'enrichment superseded');
    case 'CommandRefused':
      return paths.saw(`logged refusal ${fact.data.code} ${fact.data.reason}`);
    case 'CreditsExpired':
      return paths.saw(
        facts.some(({ type }) => type === 'CreditsReleased') ? 'released credits expired' : 'credits expired',
      );
    case 'CreditsReserved':
      if (fact.data.grants.length > 1) paths.saw('reservation over several grants');
      return;
    case 'ProviderResponded':
      if (fact.data.late) paths.saw('late answer of a vendor');
      if (fact.data.step === 0) paths.saw('answer of the cache');
      return;
    case 'PersonRecorded':
      if (fact.data.merged) paths.saw('person merged');
      return;
    case 'CreditsRefunded':
      return paths.saw('enrichment refunded');
    case 'CreditsAdjusted':
      return paths.saw(fact.data.amount > 0 ? 'credits adjusted upwards' : 'credits adjusted downwards');
    case 'SettingsChanged':
      return paths.saw('settings changed');
    case 'CreditsRanLow':
      return paths.saw('credits ran low');
    case 'CreditsDepleted':
      return paths.saw('credits depleted');
    case 'GrantExpiryNeared':
      return paths.saw(`grant that ends in ${fact.data.daysBefore} days`);
    case 'CreditsGranted':
    case 'CreditsCaptured':
    case 'CreditsReleased':
    case 'LedgerCheckpointed':
    case 'CommandAnswered':
    case 'BatchDecided':
    case 'PartitionClaimed':
      return;
  }
};
