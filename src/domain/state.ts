import type { Account } from './credits/account.js';
import type { Spending } from './credits/spending.js';
import type { LedgerMark } from './credits/ledger-statement.js';
import type { Refund } from './credits/refund.js';
import type { Enrichment } from './enrichments/enrichment.js';
import type { StreamKey, StreamKind } from './streams.js';
import type { CurrentEnrichment, IdentityOwner, Person } from './persons/person.js';
import type { Settings } from './settings/settings.js';
import type { RememberedAnswer } from './answers/remembered-answer.js';

export interface StateByKind {
  account: Account;
  spending: Spending;
  settings: Settings;
  person: Person;
  identity: IdentityOwner;
  enrichment: Enrichment;
  current: CurrentEnrichment;
  refund: Refund;
  request: RememberedAnswer;
  recent: RememberedAnswer;
  checkpoint: LedgerMark;
}
export type StreamState = StateByKind[StreamKind];

/** What decide and evolve read. `undefined` = the stream is empty (the shell has loaded it, there is nothing). */
export interface StateReader {
  get<K extends StreamKind>(key: StreamKey<K>): StateByKind[K] | undefined;
}

/** The streams an event changes, with their new states. */
export type StateChanges = readonly (readonly [StreamKey, StreamState])[];
