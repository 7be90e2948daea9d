import type { GrantShare } from '../../src/events/credit.events.js';
import type { EventDataByType, EventType } from '../../src/events/event.js';
import type { AppliedEvent } from '../../src/domain/evolve.js';
import type { EnrichmentOutcome } from '../../src/domain/enrichments/enrichment.js';
import type { GrantId, ReservationId, TransactionId } from '../../src/domain/kernel/ids.js';
import type { Instant } from '../../src/domain/kernel/instant.js';
import type { Person } from '../../src/domain/persons/person.js';
import { DEFAULT_SETTINGS, type SettingsValue } from '../../src/domain/settings/settings.js';
import type { StateByKind, StateReader, StreamState } from '../../src/domain/state.js';
import { streams, type StreamKey, type StreamKind } from '../../src/domain/streams.js';
import type { Plan } from '../../src/domain/waterfall/plan.js';
import { reservedPriceOf } from '../../src/domain/waterfall/price.js';
import { at, enrichmentId, hashOfKey, keyId, MAX_AGE_MS, ORG, personId, PLAN, sealed } from './fixtures.js';

/** Events as the log would hold them, written by hand: folding trusts links, so these have plain ones. */
export const happened = <T extends EventType>(
  type: T,
  data: EventDataByType[T],
  { time = at(-60_000), commandId = `past-${type}` }: { time?: Instant; commandId?: string } = {},
): AppliedEvent => ({ type, subject: 'test', data, orgId: ORG, time, commandId }) as unknown as AppliedEvent;

const link = (grants: readonly GrantShare[]) => ({ entry: 1, prevHash: 'before', hash: 'after', grants, available: 0 });
export const share = (name: string, delta: number): GrantShare => ({ grantId: `grant-${name}` as GrantId, delta });

export const granted = (
  amount: number,
  name = 'a',
  times: { expiresAt?: Instant; time?: Instant } = {},
): AppliedEvent =>
  happened(
    'CreditsGranted',
    {
      ...link([share(name, amount)]),
      grantId: `grant-${name}` as GrantId,
      amount,
      source: 'purchase',
      expiresAt: times.expiresAt ?? null,
      referenceId: null,
    },
    times.time ? { time: times.time } : {},
  );

export const settingsChanged = (settings: Partial<SettingsValue>): AppliedEvent => {
  const { version: _, ...defaults } = DEFAULT_SETTINGS;
  return happened('SettingsChanged', { settings: { ...defaults, ...settings }, version: 1, by: 'user_1' });
};

export const recorded = (name: string): AppliedEvent =>
  happened('PersonRecorded', {
    personId: personId(name),
    keyId: keyId(name),
    keyIds: [keyId(name)],
    identities: [hashOfKey(name)],
    sealed: sealed(name),
    source: 'api',
    merged: false,
  });

export interface PastRequest {
  readonly plan?: Plan;
  readonly grants?: readonly GrantShare[];
  readonly time?: Instant;
  readonly deadlineAt?: Instant;
  readonly createdBy?: string;
}

/** A pending enrichment of `name`, its reservation taken from `grants` (default: all from grant `a`). */
export const requested = (name: string, past: PastRequest = {}): readonly AppliedEvent[] => {
  const { createdBy = 'user_1', plan = PLAN, time = at(-60_000), deadlineAt = at(MAX_AGE_MS - 60_000) } = past;
  const amount = reservedPriceOf(plan);
  const ids = { enrichmentId: enrichmentId(name), reservationId: `reservation-${name}` as ReservationId };
  const first = plan.steps[0]?.provider ?? '';
  const stamp = { time, commandId: `request-${name}` };
  const asked = happened(
    'EnrichmentRequested',
    {
      ...ids,
      personId: personId(name),
      field: 'emails',
      optionsHash: 'default',
      operationType: 'enrichment_email',
      createdBy,
      dialect: 'operations',
      keyId: keyId(name),
      identities: [hashOfKey(name)],
      sealed: sealed(name),
      plan,
      next: { attempt: 1, step: 1, provider: first },
      reservedPrice: amount,
      priceListVersion: 'prices-1',
      deadlineAt,
      supersedes: null,
    },
    stamp,
  );
  const enrichments = [{ enrichmentId: ids.enrichmentId, amount }];
  const shares = past.grants ?? [share('a', -amount)];
  const { reservationId } = ids;
  return [
    asked,
    happened('CreditsReserved', { ...link(shares), reservationId, amount, enrichments, keyRef: createdBy }, stamp),
  ];
};

const ENDINGS = {
  found: { dataFound: true, error: null },
  not_found: { dataFound: false, error: null },
  suppressed: { dataFound: false, error: null },
  failed: { dataFound: null, error: 'No provider could answer' },
  timed_out: { dataFound: null, error: 'Enrichment exceeded the maximum processing time' },
  cancelled: { dataFound: null, error: 'Enrichment was cancelled' },
} as const;

/** The end of `requested(name)`: all of it captured when found, else released. */
export const finished = (name: string, outcome: EnrichmentOutcome, amount = 3): readonly AppliedEvent[] => {
  const ids = { enrichmentId: enrichmentId(name), reservationId: `reservation-${name}` as ReservationId };
  const transactionId = `transaction-${name}` as TransactionId;
  const captured = { transactionId, operationType: 'enrichment_email', provider: 'slow' } as const;
  const settled =
    outcome === 'found'
      ? happened('CreditsCaptured', { ...link([share('a', -amount)]), ...ids, ...captured, amount })
      : happened('CreditsReleased', { ...link([share('a', amount)]), ...ids, amount, reason: outcome });
  const isFound = outcome === 'found';
  const end = happened('EnrichmentFinished', {
    enrichmentId: ids.enrichmentId,
    personId: personId(name),
    field: 'emails',
    outcome,
    ...ENDINGS[outcome],
    captured: isFound ? amount : 0,
    released: isFound ? 0 : amount,
    transactionId: isFound ? transactionId : null,
    fromCache: null,
    verification: isFound ? 'deliverable' : null,
    keyId: isFound ? keyId(name) : null,
    sealed: isFound ? sealed('values') : null,
  });
  return [settled, end];
};

/** Nothing in the log erases people yet, so an erased one is state to begin with. */
export const withErased = (name: string): StateReader => {
  const person: Person = {
    id: personId(name),
    orgId: ORG,
    identities: [hashOfKey(name)],
    keyId: keyId(name),
    keyIds: [keyId(name)],
    sealed: sealed(name),
    erased: true,
    recordedAt: at(-60_000),
  };
  const held = new Map<StreamKey, StreamState>([
    [streams.person(ORG, person.id), person],
    [streams.identity(ORG, hashOfKey(name)), { personId: person.id }],
  ]);
  return { get: <K extends StreamKind>(key: StreamKey<K>) => held.get(key) as StateByKind[K] | undefined };
};
