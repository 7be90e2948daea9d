import type { AppliedEvent } from './evolve.js';
import type { Command, CommandType } from './command.js';
import { spendersOf } from './credits/spending.js';
import { assertNever } from './kernel/errors.js';
import type { EnrichmentId, OrgId, PersonId } from './kernel/ids.js';
import type { StateReader } from './state.js';
import { streams, type StreamKey } from './streams.js';

/**
 * The streams that deciding `command` reads, as far as `state` tells: asked again until it names nothing new
 * (identity → person → current → enrichment). `recent/` is named too; an owner holds all of it in memory.
 */
export const streamsOf = (command: Command, state: StateReader): readonly StreamKey[] => [
  streams.recent(command.orgId, command.id),
  ...(command.keyed ? [streams.request(command.orgId, command.id)] : []),
  streams.account(command.orgId),
  ...referencesOf(command, state),
  ...subjectsOf(command, state),
];

/** What their answers refer to is told by the account, or by the command's own subject. */
const NAMES_NO_STREAM: ReadonlySet<CommandType> = new Set([
  'GrantCredits',
  'RefundEnrichment',
  'AdjustCredits',
  'ChangeSettings',
]);

/** What an earlier answer of the same command id is rendered from. */
const referencesOf = (command: Command, state: StateReader): readonly StreamKey[] => {
  const { orgId, id } = command;
  const kept = command.keyed ? state.get(streams.request(orgId, id)) : undefined;
  const references = (kept ?? state.get(streams.recent(orgId, id)))?.references ?? [];
  if (command.type === 'RecordPerson') return references.map((ref) => streams.person(orgId, ref as PersonId));
  if (NAMES_NO_STREAM.has(command.type)) return [];
  return references.map((ref) => streams.enrichment(ref as EnrichmentId));
};

const subjectsOf = (command: Command, state: StateReader): readonly StreamKey[] => {
  const { orgId } = command;
  switch (command.type) {
    case 'RecordPerson':
      return personStreams(command, state);
    case 'EstimateEnrichments':
    case 'RequestEnrichments': {
      const { field, optionsHash, personIds } = command.data;
      const current = personIds.flatMap((id) =>
        currentStreams(state, orgId, streams.current(orgId, id, field, optionsHash)),
      );
      const payers = [streams.settings(orgId), ...spendersOf(orgId, command.data.createdBy)];
      return [...personIds.map((id) => streams.person(orgId, id)), ...payers, ...current];
    }
    case 'CancelEnrichment': {
      const { personId, field, optionsHash } = command.data;
      return currentStreams(state, orgId, streams.current(orgId, personId, field, optionsHash));
    }
    case 'RecordProviderResponse':
    case 'ExpireEnrichment':
      return enrichmentStreams(state, orgId, command.data.enrichmentId);
    case 'RefundEnrichment': {
      const { enrichmentId } = command.data;
      return [streams.enrichment(enrichmentId), streams.refund(orgId, enrichmentId)];
    }
    case 'CheckpointLedger':
      return [streams.checkpoint(command.data.statement.partition)];
    case 'ChangeSettings':
      return [streams.settings(orgId)];
    case 'GrantCredits':
    case 'AdjustCredits':
    case 'ExpireGrants':
      return [];
    default:
      return assertNever(command);
  }
};

const currentStreams = (state: StateReader, orgId: OrgId, key: StreamKey<'current'>): readonly StreamKey[] => {
  const current = state.get(key);
  if (current === undefined) return [key];
  return [key, ...enrichmentStreams(state, orgId, current.enrichmentId as EnrichmentId)];
};

/** One that is pending may end, and then gives back to whoever paid for it. */
const enrichmentStreams = (state: StateReader, orgId: OrgId, id: EnrichmentId): readonly StreamKey[] => {
  const key = streams.enrichment(id);
  return state.get(key)?.status === 'pending' ? [key, ...payersOf(state, orgId, id)] : [key];
};

const payersOf = (state: StateReader, orgId: OrgId, id: EnrichmentId): readonly StreamKey[] => {
  const enrichment = state.get(streams.enrichment(id));
  return enrichment === undefined ? [] : spendersOf(orgId, enrichment.createdBy);
};

const personStreams = ({ orgId, data }: Command<'RecordPerson'>, state: StateReader): readonly StreamKey[] => {
  const identities = data.identities.map((hash) => streams.identity(orgId, hash));
  const owners = identities.map((key) => state.get(key)?.personId);
  const ids = [...owners, data.mergedInto?.personId, data.personId ?? undefined].filter((id) => id !== undefined);
  return [...identities, ...new Set(ids.map((id) => streams.person(orgId, id)))];
};

/**
 * The streams whose state folding `event` reads, as far as `state` tells: a shell that replays the log loads them before
 * it calls `evolve`, and asks again until nothing new is named (enrichment → who paid for it). Who paid for one that is
 * requested among the same events is named by its reservation. What the event only writes is not among them.
 */
export const streamsOfEvent = (event: AppliedEvent, state: StateReader): readonly StreamKey[] => {
  switch (event.type) {
    case 'PersonRecorded':
      return event.data.merged ? [streams.person(event.orgId, event.data.personId)] : [];
    case 'ProviderResponded':
      return event.data.late ? [] : [streams.enrichment(event.data.enrichmentId)];
    case 'EnrichmentFinished':
      return [streams.enrichment(event.data.enrichmentId)];
    case 'CreditsReserved':
      return [
        accountOf(event),
        ...spendersOf(event.orgId, event.data.keyRef),
        ...event.data.enrichments.map(({ enrichmentId }) => streams.enrichment(enrichmentId)),
      ];
    case 'CreditsCaptured':
    case 'CreditsRefunded':
      return [accountOf(event), streams.enrichment(event.data.enrichmentId)];
    case 'CreditsReleased':
      return [accountOf(event), ...releasedStreams(state, event.orgId, event.data.enrichmentId)];
    case 'CreditsGranted':
    case 'CreditsExpired':
    case 'CreditsAdjusted':
    case 'GrantExpiryNeared':
    case 'SettingsChanged':
      return [accountOf(event)];
    case 'EnrichmentRequested':
    case 'CreditsRanLow':
    case 'CreditsDepleted':
    case 'LedgerCheckpointed':
    case 'CommandAnswered':
    case 'CommandRefused':
    case 'PartitionClaimed':
    case 'BatchDecided':
      return [];
    default:
      return assertNever(event);
  }
};

/** The stream that `event` begins for good: there was nothing of it before, nor of what lies beneath it (`parentOf`). */
export const streamBegunBy = ({ type, orgId, data }: AppliedEvent): StreamKey | null =>
  type === 'PersonRecorded' && !data.merged ? streams.person(orgId, data.personId) : null;

const releasedStreams = (state: StateReader, orgId: OrgId, id: EnrichmentId): readonly StreamKey[] => [
  streams.enrichment(id),
  ...payersOf(state, orgId, id),
];

const accountOf = ({ orgId }: { readonly orgId: OrgId }): StreamKey => streams.account(orgId);
