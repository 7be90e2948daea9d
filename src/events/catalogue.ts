import type { EventType } from './event.js';
import { EVENT_SCHEMAS, type JsonSchema } from './schemas.js';

export interface CatalogueEntry {
  /** Of `data`; the envelope is the same for all. */
  readonly schema: JsonSchema;
  /** Raised only by a change that old readers cannot take; then an upcaster comes with it. */
  readonly dataVersion: number;
  readonly description: string;
}

/** All that may stand in `tributary.events`; the source of the public AsyncAPI document. */
export const CATALOGUE: Readonly<Record<EventType, CatalogueEntry>> = {
  PersonRecorded: entry('PersonRecorded', 'A person was created, or known facts were merged into it.'),
  EnrichmentRequested: entry('EnrichmentRequested', 'A lookup was accepted; carries all that its providers need.'),
  ProviderResponded: entry('ProviderResponded', 'One provider answered one attempt, and what comes next.'),
  EnrichmentFinished: entry('EnrichmentFinished', 'An enrichment came to its end, whatever the outcome.'),
  CreditsReserved: entry('CreditsReserved', 'Credits were set aside for the enrichments of one command.'),
  CreditsCaptured: entry('CreditsCaptured', 'Reserved credits were spent on an enrichment that was found.'),
  CreditsReleased: entry('CreditsReleased', 'Reserved credits went back to the grants they came from.'),
  CreditsGranted: entry('CreditsGranted', 'Credits came in.'),
  CreditsExpired: entry('CreditsExpired', 'The unused part of a grant ran out.'),
  CreditsRefunded: entry('CreditsRefunded', 'Credits came back for an enrichment that was found.'),
  CreditsAdjusted: entry('CreditsAdjusted', 'An operator corrected the credits, upwards or downwards.'),
  CreditsRanLow: entry('CreditsRanLow', 'Fewer credits are available than the org wants to have.'),
  CreditsDepleted: entry('CreditsDepleted', 'A command left nothing available.'),
  GrantExpiryNeared: entry('GrantExpiryNeared', 'Free credits of a grant end in 7 days, or in 1.'),
  LedgerCheckpointed: entry('LedgerCheckpointed', 'A signed statement about the credit chains of a partition.'),
  SettingsChanged: entry('SettingsChanged', 'An org set something for itself, such as its spending caps.'),
  CommandAnswered: entry('CommandAnswered', 'The answer of a command is remembered under its id.'),
  CommandRefused: entry('CommandRefused', 'A command was refused; logged before anyone hears of it.'),
  PartitionClaimed: entry('PartitionClaimed', 'Protocol: a new owner writes from here on. Has no seq.'),
  BatchDecided: entry('BatchDecided', 'Protocol: commands were decided and changed nothing. Has a seq.'),
};

function entry(type: EventType, description: string): CatalogueEntry {
  return { schema: EVENT_SCHEMAS[type], dataVersion: 1, description };
}

export class UnknownEventType extends Error {
  override readonly name = 'UnknownEventType';
}

export const isEventType = (type: string): type is EventType => Object.hasOwn(CATALOGUE, type);

/** The version that this release writes and reads. @throws UnknownEventType never skip what is not understood */
export const dataVersionOf = (type: string): number => {
  if (!isEventType(type)) throw new UnknownEventType(`unknown event type ${type}`);
  return CATALOGUE[type].dataVersion;
};
