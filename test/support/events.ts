import type { Command, CommandDataByType, CommandType, ResultByCommand } from '../../src/domain/command.js';
import { decide } from '../../src/domain/decide.js';
import { Draft } from '../../src/domain/draft.js';
import type { Enrichment } from '../../src/domain/enrichments/enrichment.js';
import type {
  CommandId,
  EnrichmentId,
  IdentityHash,
  KeyId,
  OrgId,
  PersonId,
  Sealed,
} from '../../src/domain/kernel/ids.js';
import { instantOf } from '../../src/domain/kernel/instant.js';
import { streams } from '../../src/domain/streams.js';
import type { Plan } from '../../src/domain/waterfall/plan.js';
import {
  encodeClaim,
  encodeEvent,
  storedEventOf,
  wireEventOf,
  type EventStamp,
  type PendingEvent,
} from '../../src/events/codec.js';
import type { StoredEvent } from '../../src/events/event.js';
import type { Checkpoint } from '../../src/log/checkpoint.js';
import type { EventBatch } from '../../src/log/event-follower.js';
import type { OutgoingRecord } from '../../src/log/log.js';
import { sha256 } from './given.js';

const START_MS = Date.UTC(2026, 10, 21, 1, 0, 0, 0);
const TICK_MS = 7;
const MAX_AGE_MS = 800_000;

const step = (provider: string, price: number) => ({ provider, price, timeoutMs: 1_000, when: {} });
export const STORY_PLAN: Plan = {
  waterfallId: 'default-emails',
  version: 3,
  steps: [step('sandbox-fast', 1), step('sandbox-deep', 2), step('sandbox-slow', 3)],
  stop: 'first_verified',
  verifyWith: null,
  cachePrice: 1,
};

type ResponseData = CommandDataByType['RecordProviderResponse'];
export const HIT = { outcome: 'hit', verification: 'deliverable', valuesFound: 1 } as const;

/** As a reader sees what a writer has stamped. */
export const stampedEvent = (event: PendingEvent, stamp: EventStamp, offset: bigint): StoredEvent =>
  storedEventOf(wireEventOf(event, stamp), stamp.seq, { partition: stamp.partition, offset });

/**
 * What one partition of the log holds after some commands: decided by the real core, stamped like the owner does.
 * Offset 0 is the claim, so the offset of an event is its seq.
 */
export class Story {
  readonly events: StoredEvent[] = [];
  readonly #state = new Draft({ get: () => undefined });
  readonly #name: string;
  #nowMs = START_MS;
  #commands = 0;

  constructor(
    readonly partition = 0,
    readonly claim = `claim-${partition}`,
  ) {
    this.#name = `story-${partition}`;
  }

  /** Time passes only so. */
  wait(ms: number): void {
    this.#nowMs += ms;
  }

  grant(orgId: OrgId, amount: number, lifetimeMs: number | null = null): void {
    const expiresAt = lifetimeMs === null ? null : instantOf(this.#nowMs + lifetimeMs);
    this.execute(orgId, 'GrantCredits', { amount, source: 'purchase', expiresAt, referenceId: null });
  }

  refund(orgId: OrgId, enrichmentId: EnrichmentId, amount: number | null = null): void {
    this.execute(orgId, 'RefundEnrichment', { enrichmentId, amount, ...this.#because() });
  }

  adjust(orgId: OrgId, amount: number): void {
    this.execute(orgId, 'AdjustCredits', { amount, ...this.#because() });
  }

  person(orgId: OrgId, data: Partial<CommandDataByType['RecordPerson']> = {}): PersonId {
    const number = this.#commands;
    return this.execute(orgId, 'RecordPerson', {
      personId: null,
      identities: [sha256(`${this.#name}/${orgId}/identity/${number}`) as IdentityHash],
      keyId: `key-${number}` as KeyId,
      sealed: sealed(`identity-${number}`),
      source: 'api',
      mergedInto: null,
      ...data,
    }).personId;
  }

  request(orgId: OrgId, personIds: readonly PersonId[], data: Partial<CommandDataByType['RequestEnrichments']> = {}) {
    const { enrichments } = this.execute(orgId, 'RequestEnrichments', {
      personIds,
      field: 'emails',
      optionsHash: 'default',
      plan: STORY_PLAN,
      priceListVersion: 'prices-1',
      createdBy: 'user_1',
      dialect: 'operations',
      maxAgeMs: MAX_AGE_MS,
      ...data,
    });
    return enrichments.map(({ id }) => id);
  }

  /** Answers the open attempt, unless `data` names another; a miss unless `data` says more. */
  respond(orgId: OrgId, enrichmentId: EnrichmentId, data: Partial<ResponseData> = {}): void {
    const open = this.enrichment(enrichmentId).pending?.attempt;
    const found = data.outcome === 'hit';
    this.execute(orgId, 'RecordProviderResponse', {
      enrichmentId,
      ...(open ?? { attempt: 99, step: 1, provider: 'sandbox-fast' }),
      outcome: 'miss',
      reason: null,
      vendorPrice: 0.5,
      latencyMs: 20,
      startedAt: instantOf(this.#nowMs),
      verification: null,
      valuesFound: 0,
      keyId: found ? ('key-values' as KeyId) : null,
      sealed: found ? sealed(`values-${enrichmentId}`) : null,
      cacheId: null,
      cache: null,
      ...data,
    });
  }

  execute<T extends CommandType>(orgId: OrgId, type: T, data: CommandDataByType[T]): ResultByCommand[T] {
    const command = this.#command(orgId, type, data);
    const context = { nowMs: this.#nowMs, commandId: command.id, sha256, unit: 'credit', claim: this.claim } as const;
    const { events, answer } = decide(command as Command, this.#state, context);
    for (const event of events) this.#append({ ...event, ...this.#envelope(command) } as PendingEvent);
    this.#nowMs += TICK_MS;
    if (answer.kind === 'refused') throw new Error(`${type} was refused: ${JSON.stringify(answer.refusal)}`);
    return answer.result as ResultByCommand[T];
  }

  enrichment(id: EnrichmentId): Enrichment {
    const enrichment = this.#state.get(streams.enrichment(id));
    if (enrichment === undefined) throw new Error(`no enrichment ${id}`);
    return enrichment;
  }

  account(orgId: OrgId) {
    return this.#state.get(streams.account(orgId));
  }

  /** The position of a reader that has passed everything up to `event`; null: nothing yet. */
  checkpointAt(event: StoredEvent | undefined): Checkpoint | null {
    if (event === undefined) return null;
    const { offset, seq, commandOffset, commandId } = event;
    const { partition, claim } = this;
    return { partition, offset, claim, seq, timeMs: Date.parse(event.time), commandOffset, commandId };
  }

  /** Events `from`..`to` (indexes, `to` not included) as a follower hands them over. */
  batch(from = 0, to = this.events.length): EventBatch {
    const events = this.events.slice(from, to);
    const checkpoint = this.checkpointAt(events.at(-1));
    if (checkpoint === null) throw new Error('an empty batch has no checkpoint');
    return { partition: this.partition, events, previous: this.checkpointAt(this.events[from - 1]), checkpoint };
  }

  /** As they stand in the topic, the claim first. */
  records(): readonly OutgoingRecord[] {
    const { partition, claim } = this;
    const data = { by: 'story', after: null, seq: 0, end: '0' };
    const first = encodeClaim({ partition, claim, renewal: 0, timeMs: START_MS, data });
    const encoded = this.events.map((event) => {
      const pending = { ...event, timeMs: Date.parse(event.time) } as unknown as PendingEvent;
      return { key: event.orgId as string, value: encodeEvent(pending, { partition, claim, seq: event.seq }) };
    });
    return [{ key: '', value: first }, ...encoded].map(({ key, value }) => ({ key, value: Buffer.from(value) }));
  }

  #because() {
    const note = { keyId: `key-note-${this.#commands}` as KeyId, sealed: sealed(`note-${this.#commands}`) };
    return { reasonCode: 'correction', by: 'key:operator', note } as const;
  }

  #append(event: PendingEvent): void {
    const seq = this.events.length + 1;
    const { partition, claim } = this;
    const stored = stampedEvent(event, { partition, claim, seq }, BigInt(seq));
    this.#state.apply(stored);
    this.events.push(stored);
  }

  #command<T extends CommandType>(orgId: OrgId, type: T, data: CommandDataByType[T]) {
    this.#commands += 1;
    const id = sha256(`${this.#name}/command/${this.#commands}`).slice(0, 32) as CommandId;
    const keyed = KEYED.has(type);
    const waitMs = type === 'RecordProviderResponse' || type.startsWith('Expire') ? null : 10_000;
    const origin = { correlationId: `request-${this.#commands}`, sentAtMs: this.#nowMs, replyTo: null };
    return { id, type, orgId, data, keyed, fingerprint: keyed ? 'f' : null, waitMs, ...origin };
  }

  #envelope({ id, orgId, correlationId }: { id: CommandId; orgId: OrgId; correlationId: string }) {
    return { orgId, timeMs: this.#nowMs, commandOffset: BigInt(this.#commands), commandId: id, correlationId };
  }
}

/** */
const KEYED: ReadonlySet<CommandType> = new Set(['GrantCredits', 'RefundEnrichment', 'AdjustCredits']);

const sealed = (text: string): Sealed => Buffer.from(text).toString('base64') as Sealed;
