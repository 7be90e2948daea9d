import type { DomainEvent } from '../events/event.js';
import { answeredByEvent, commandAnswered, commandRefused } from './answers/answer-after.js';
import { emptyAccount } from './credits/account.js';
import { accountAfter, accountWarned, accountWithThreshold } from './credits/account-after.js';
import type { CreditEvent } from './credits/chain.js';
import { spendersOf, spendingAfterRelease, spendingAfterReserve } from './credits/spending.js';
import { splitShares } from './credits/split.js';
import {
  enrichmentFinished,
  enrichmentRefunded,
  enrichmentRequested,
  enrichmentReserved,
  enrichmentResponded,
  enrichmentSettled,
} from './enrichments/enrichment-after.js';
import { knownEnrichment } from './enrichments/find.js';
import { assertNever, invariant } from './kernel/errors.js';
import type { OrgId } from './kernel/ids.js';
import type { Instant } from './kernel/instant.js';
import { personRecorded } from './persons/person-after.js';
import { DEFAULT_SETTINGS } from './settings/settings.js';
import type { StateChanges, StateReader } from './state.js';
import { streams } from './streams.js';

/** A domain event with what folding needs of its envelope; every stored event is one. */
export type AppliedEvent = DomainEvent & {
  readonly orgId: OrgId;
  readonly time: Instant;
  readonly commandId: string;
};
type Applied<T extends AppliedEvent['type']> = Extract<AppliedEvent, { readonly type: T }>;

/**
 * The streams that `event` changes, with their new states; total over all event types. It never refuses: it only
 * throws InvariantBroken when the log contradicts itself (an enrichment that was never requested, or ended twice).
 */
export const evolve = (state: StateReader, event: AppliedEvent): StateChanges => {
  switch (event.type) {
    case 'PersonRecorded':
      return evolvePerson(state, event);
    case 'EnrichmentRequested':
      return evolveRequested(event);
    case 'ProviderResponded':
      return event.data.late ? rememberLate(event) : evolveResponded(state, event);
    case 'EnrichmentFinished':
      return evolveFinished(state, event);
    case 'CreditsReserved':
      return evolveReserved(state, event);
    case 'CreditsCaptured':
    case 'CreditsReleased':
      return evolveSettled(state, event);
    case 'CreditsGranted':
    case 'CreditsExpired':
    case 'CreditsAdjusted':
      return [accountChange(state, event)];
    case 'CreditsRefunded':
      return evolveRefunded(state, event);
    case 'SettingsChanged':
      return evolveSettings(state, event);
    case 'GrantExpiryNeared':
      return evolveWarned(state, event);
    case 'LedgerCheckpointed':
      return evolveCheckpointed(event);
    case 'CommandAnswered':
      return commandAnswered(event);
    case 'CommandRefused':
      return commandRefused(event);
    case 'CreditsRanLow':
    case 'CreditsDepleted':
    case 'PartitionClaimed':
    case 'BatchDecided':
      return [];
    default:
      return assertNever(event);
  }
};

const evolvePerson = (state: StateReader, event: Applied<'PersonRecorded'>): StateChanges => {
  const { personId, merged } = event.data;
  // A new person has an id made for it: there is nothing to look for, and nothing to load before it is known.
  const before = merged ? state.get(streams.person(event.orgId, personId)) : undefined;
  const status = merged ? 'existing' : 'created';
  const answer = { commandType: 'RecordPerson', status, references: [personId] } as const;
  return [...personRecorded(before, event), ...answeredByEvent(event, answer)];
};

const evolveRequested = ({ orgId, time, data }: Applied<'EnrichmentRequested'>): StateChanges => {
  const { enrichmentId, personId, field, optionsHash } = data;
  return [
    [streams.enrichment(enrichmentId), enrichmentRequested(orgId, time, data)],
    [streams.current(orgId, personId, field, optionsHash), { enrichmentId }],
  ];
};

/** A late answer changes no enrichment; its id is remembered, so that sending it again does not log it again. */
const rememberLate = (event: Applied<'ProviderResponded'>): StateChanges =>
  answeredByEvent(event, { commandType: 'RecordProviderResponse', status: 'late', references: [] });

const evolveResponded = (state: StateReader, { orgId, time, data }: Applied<'ProviderResponded'>): StateChanges => {
  const enrichment = knownEnrichment(state, orgId, data.enrichmentId);
  return [[streams.enrichment(enrichment.id), enrichmentResponded(enrichment, time, data)]];
};

const evolveFinished = (state: StateReader, { orgId, time, data }: Applied<'EnrichmentFinished'>): StateChanges => {
  const enrichment = knownEnrichment(state, orgId, data.enrichmentId);
  return [[streams.enrichment(enrichment.id), enrichmentFinished(enrichment, time, data)]];
};

/** Names all new enrichments of the command at once: the answer of a command that made nothing but these. */
const evolveReserved = (state: StateReader, event: Applied<'CreditsReserved'>): StateChanges => {
  const { grants, enrichments } = event.data;
  const splits = splitShares(
    grants,
    enrichments.map(({ amount }) => amount),
  );
  const dealt = enrichments.map(({ enrichmentId }, index) => {
    const split = splits[index];
    invariant(split !== undefined, 'every enrichment has its split');
    const enrichment = knownEnrichment(state, event.orgId, enrichmentId);
    return [streams.enrichment(enrichmentId), enrichmentReserved(enrichment, split)] as const;
  });
  const references = enrichments.map(({ enrichmentId }) => enrichmentId);
  const answer = { commandType: 'RequestEnrichments', status: 'accepted', references } as const;
  return [accountChange(state, event), ...spent(state, event), ...dealt, ...answeredByEvent(event, answer)];
};

const evolveSettled = (
  state: StateReader,
  event: Applied<'CreditsCaptured'> | Applied<'CreditsReleased'>,
): StateChanges => {
  const enrichment = knownEnrichment(state, event.orgId, event.data.enrichmentId);
  const settled = [streams.enrichment(enrichment.id), enrichmentSettled(enrichment, event.data)] as const;
  return [accountChange(state, event), settled, ...(event.type === 'CreditsReleased' ? givenBack(state, event) : [])];
};

const evolveRefunded = (state: StateReader, event: Applied<'CreditsRefunded'>): StateChanges => {
  const { enrichmentId, transactionId, amount } = event.data;
  const enrichment = knownEnrichment(state, event.orgId, enrichmentId);
  return [
    accountChange(state, event),
    [streams.refund(event.orgId, enrichmentId), { transactionId, amount }],
    [streams.enrichment(enrichmentId), enrichmentRefunded(enrichment, event.time, event.data)],
  ];
};

const spent = (state: StateReader, { orgId, time, data }: Applied<'CreditsReserved'>): StateChanges =>
  spendersOf(orgId, data.keyRef).map((key) => [key, spendingAfterReserve(state.get(key), time, data.amount)]);

/** An enrichment was reserved for when it was requested, by who requested it. */
const givenBack = (state: StateReader, { orgId, data }: Applied<'CreditsReleased'>): StateChanges => {
  const { createdBy, createdAt } = knownEnrichment(state, orgId, data.enrichmentId);
  return spendersOf(orgId, createdBy).flatMap((key) => {
    const before = state.get(key);
    return before === undefined ? [] : [[key, spendingAfterRelease(before, createdAt, data.amount)] as const];
  });
};

/** An event says nothing of settings that came after it. */
const evolveSettings = (state: StateReader, event: Applied<'SettingsChanged'>): StateChanges => {
  const { settings, version } = event.data;
  const answer = { commandType: 'ChangeSettings', status: 'changed', references: [] } as const;
  const value = { ...DEFAULT_SETTINGS, ...settings, version };
  const key = streams.account(event.orgId);
  const account = accountWithThreshold(state.get(key) ?? emptyAccount(event.orgId), value.creditThreshold);
  return [[streams.settings(event.orgId), value], [key, account], ...answeredByEvent(event, answer)];
};

const evolveWarned = (state: StateReader, { orgId, data }: Applied<'GrantExpiryNeared'>): StateChanges => {
  const key = streams.account(orgId);
  return [[key, accountWarned(state.get(key) ?? emptyAccount(orgId), data)]];
};

const evolveCheckpointed = ({ data }: Applied<'LedgerCheckpointed'>): StateChanges => {
  const { partition, upToSeq, hash } = data;
  return [[streams.checkpoint(partition), { upToSeq, hash }]];
};

const accountChange = (
  state: StateReader,
  event: CreditEvent & { readonly orgId: OrgId; readonly time: Instant },
): StateChanges[number] => {
  const key = streams.account(event.orgId);
  return [key, accountAfter(state.get(key) ?? emptyAccount(event.orgId), event, event.time)];
};
