import type { GrantShare } from '../../src/events/credit.events.js';
import type { EventDataByType, EventType } from '../../src/events/event.js';
import type { AppliedEvent } from '../../src/domain/evolve.js';
import type { GrantId, ReservationId } from '../../src/domain/kernel/ids.js';
import type { Instant } from '../../src/domain/kernel/instant.js';
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
}

/** A pending enrichment of `name`, its reservation taken from `grants` (default: all from grant `a`). */
export const requested = (name: string, past: PastRequest = {}): readonly AppliedEvent[] => {
  const { plan = PLAN, time = at(-60_000), deadlineAt = at(MAX_AGE_MS - 60_000) } = past;
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
      createdBy: 'user_1',
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
    happened('CreditsReserved', { ...link(shares), reservationId, amount, enrichments, keyRef: 'user_1' }, stamp),
  ];
};
