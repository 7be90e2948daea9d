import type {
  EnrichmentId,
  IdentityHash,
  KeyId,
  OrgId,
  PersonId,
  ReservationId,
} from '../../../src/domain/kernel/ids.js';
import { instantOf } from '../../../src/domain/kernel/instant.js';
import type { Field, Plan } from '../../../src/domain/waterfall/plan.js';
import type { StoredEvent } from '../../../src/events/event.js';
import type { Checkpoint } from '../../../src/log/checkpoint.js';
import type { EventBatch } from '../../../src/log/event-follower.js';
import type { SealedIdentity, Vault } from '../../../src/vault/vault.js';

export const STEP_TIMEOUT_MS = 60_000;
export const DEADLINE_MS = 800_000;

export const planOf = (...providers: readonly string[]): Plan => ({
  waterfallId: 'default',
  version: 1,
  steps: providers.map((provider, index) => ({ provider, price: index + 1, timeoutMs: STEP_TIMEOUT_MS, when: {} })),
  stop: 'first_verified',
  verifyWith: null,
  cachePrice: 1,
});

export interface Wanted {
  readonly number: number;
  readonly plan: Plan;
  readonly orgId?: OrgId;
  readonly field?: Field;
  readonly identity?: SealedIdentity;
  readonly partition?: number;
}

export const enrichmentIdOf = (number: number): EnrichmentId =>
  `00000000-0000-8000-8000-${String(number).padStart(12, '0')}` as EnrichmentId;

/** Writes events as the decider would, with identities sealed by the test's vault, and cuts them into batches. */
export class EventSource {
  private offset = 0;
  private readonly previous = new Map<number, Checkpoint>();

  constructor(
    private readonly vault: Vault,
    private readonly nowMs: () => number,
  ) {}

  async requested(wanted: Wanted): Promise<StoredEvent> {
    const { number, plan, orgId = 'org_a' as OrgId, field = 'emails' } = wanted;
    const identity = wanted.identity ?? { linkedinUrl: `https://www.linkedin.com/in/person-${number}` };
    const identities = [this.vault.identityHash('linkedin', identity.linkedinUrl ?? identity.email ?? String(number))];
    const keyId = (await this.vault.keysFor(orgId, identities)).get(identities[0] as IdentityHash) as KeyId;
    const data: StoredEvent<'EnrichmentRequested'>['data'] = {
      enrichmentId: enrichmentIdOf(number),
      personId: enrichmentIdOf(number + 1_000_000) as string as PersonId,
      field,
      optionsHash: 'default',
      operationType: 'enrichment_email',
      createdBy: 'key:test',
      dialect: 'operations',
      keyId,
      identities,
      sealed: await this.vault.seal(orgId, keyId, 'identity', identity),
      plan,
      next: { attempt: 1, step: 1, provider: plan.steps[0]?.provider ?? '' },
      reservationId: enrichmentIdOf(number + 2_000_000) as string as ReservationId,
      reservedPrice: 3,
      priceListVersion: 'v1',
      deadlineAt: instantOf(this.nowMs() + DEADLINE_MS),
      supersedes: null,
    };
    return this.stamped({ type: 'EnrichmentRequested', subject: `enrichment/${data.enrichmentId}`, data }, wanted);
  }

  responded(wanted: Wanted, attempt: number, next: 'next' | null, late = false): StoredEvent {
    const step = attempt + 1;
    const provider = wanted.plan.steps[step - 1]?.provider ?? '';
    const data: StoredEvent<'ProviderResponded'>['data'] = {
      enrichmentId: enrichmentIdOf(wanted.number),
      attempt,
      step: attempt,
      provider: wanted.plan.steps[attempt - 1]?.provider ?? '',
      outcome: 'miss',
      reason: 'not_found',
      vendorPrice: 0,
      latencyMs: 1,
      startedAt: instantOf(this.nowMs()),
      verification: null,
      valuesFound: 0,
      keyId: null,
      sealed: null,
      cacheId: null,
      cache: null,
      late,
      next: next === null ? null : { attempt: attempt + 1, step, provider },
    };
    return this.stamped({ type: 'ProviderResponded', subject: `enrichment/${data.enrichmentId}`, data }, wanted);
  }

  finished(wanted: Wanted): StoredEvent {
    const data: StoredEvent<'EnrichmentFinished'>['data'] = {
      enrichmentId: enrichmentIdOf(wanted.number),
      personId: enrichmentIdOf(wanted.number + 1_000_000) as string as PersonId,
      field: 'emails',
      outcome: 'not_found',
      dataFound: false,
      error: null,
      captured: 0,
      released: 3,
      transactionId: null,
      fromCache: null,
      verification: null,
      keyId: null,
      sealed: null,
    };
    return this.stamped({ type: 'EnrichmentFinished', subject: `enrichment/${data.enrichmentId}`, data }, wanted);
  }

  batch(events: readonly StoredEvent[], partition = 0): EventBatch {
    const checkpoint: Checkpoint = {
      partition,
      offset: BigInt(this.offset++),
      claim: 'claim',
      seq: this.offset,
      timeMs: this.nowMs(),
      commandOffset: 0n,
      commandId: 'command',
    };
    const previous = this.previous.get(partition) ?? null;
    this.previous.set(partition, checkpoint);
    return { partition, events, previous, checkpoint };
  }

  private stamped(event: Pick<StoredEvent, 'type' | 'subject' | 'data'>, { orgId, partition }: Wanted): StoredEvent {
    this.offset += 1;
    return {
      ...event,
      id: `0-claim-${this.offset}`,
      orgId: orgId ?? ('org_a' as OrgId),
      time: instantOf(this.nowMs()),
      partition: partition ?? 0,
      offset: BigInt(this.offset),
      claim: 'claim',
      seq: this.offset,
      commandOffset: 0n,
      commandId: 'command',
      correlationId: 'correlation',
    } as StoredEvent;
  }
}
