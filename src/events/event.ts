import type { EnrichmentFinished, EnrichmentRequested, ProviderResponded } from './enrichment.events.js';
import type { BatchDecided, CommandAnswered, CommandRefused, PartitionClaimed } from './command.events.js';
import type {
  CreditsAdjusted,
  CreditsCaptured,
  CreditsDepleted,
  CreditsExpired,
  CreditsGranted,
  CreditsRanLow,
  CreditsRefunded,
  CreditsReleased,
  CreditsReserved,
  GrantExpiryNeared,
  LedgerCheckpointed,
} from './credit.events.js';
import type { PersonRecorded } from './person.events.js';
import type { SettingsChanged } from './settings.events.js';
import type { OrgId } from '../domain/kernel/ids.js';
import type { Instant } from '../domain/kernel/instant.js';

/** Every type that may stand in `tributary.events`, past tense, never edited (API EV-02). */
export interface EventDataByType {
  PersonRecorded: PersonRecorded;
  EnrichmentRequested: EnrichmentRequested;
  ProviderResponded: ProviderResponded;
  EnrichmentFinished: EnrichmentFinished;
  CreditsReserved: CreditsReserved;
  CreditsCaptured: CreditsCaptured;
  CreditsReleased: CreditsReleased;
  CreditsGranted: CreditsGranted;
  CreditsExpired: CreditsExpired;
  CreditsRefunded: CreditsRefunded;
  CreditsAdjusted: CreditsAdjusted;
  CreditsRanLow: CreditsRanLow;
  CreditsDepleted: CreditsDepleted;
  GrantExpiryNeared: GrantExpiryNeared;
  LedgerCheckpointed: LedgerCheckpointed;
  SettingsChanged: SettingsChanged;
  CommandAnswered: CommandAnswered;
  CommandRefused: CommandRefused;
  PartitionClaimed: PartitionClaimed;
  BatchDecided: BatchDecided;
}
export type EventType = keyof EventDataByType;

/** What a decision says: type, what it is about, data. The log adds the envelope. */
export type DomainEvent<T extends EventType = EventType> = T extends EventType
  ? {
      readonly type: T;
      /** CloudEvents subject: `enrichment/<id>`, `person/<id>`, `account/<org>`, `settings/<org>`, `command/<id>`, `partition/<p>`. */
      readonly subject: string;
      readonly data: EventDataByType[T];
    }
  : never;

/** An event as it is read back: the CloudEvents attributes of DESIGN §2.4 under our names. */
export type StoredEvent<T extends EventType = EventType> = DomainEvent<T> & {
  readonly id: string;
  readonly orgId: OrgId;
  readonly time: Instant;
  readonly partition: number;
  readonly offset: bigint;
  readonly claim: string;
  readonly seq: number;
  readonly commandOffset: bigint;
  readonly commandId: string;
  readonly correlationId: string;
};
