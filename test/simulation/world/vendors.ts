import type { Command, CommandDataByType } from '../../../src/domain/command.js';
import type { OpenAttempt } from '../../../src/domain/enrichments/enrichment.js';
import type { EnrichmentId, KeyId, OrgId, Sealed } from '../../../src/domain/kernel/ids.js';
import { instantOf } from '../../../src/domain/kernel/instant.js';
import type { StoredEvent } from '../../../src/events/event.js';
import type { Checkpoint } from '../../../src/log/checkpoint.js';
import { commandIdFrom } from '../../../src/log/command-id.js';
import type { EventBatch } from '../../../src/log/event-follower.js';
import type { Installation } from './installation.js';
import type { Random } from './random.js';

type ResponseData = CommandDataByType['RecordProviderResponse'];

/** A vendor that has not been heard is asked again this often, this much later. */
const TRIES_MAX = 4;
const REPEAT_MS = 6_000;
const OUTCOMES = { hit: 45, miss: 35, error: 15, skipped: 5 } as const;
const VERIFICATIONS = {
  deliverable: 5,
  valid: 2,
  catch_all_verified: 2,
  probable: 2,
  catch_all: 1,
  invalid: 1,
} as const;

/** The role `providers`, simulated: positions and attempts survive every process, vendors answer as they like. */
export class Vendors {
  private readonly checkpoints = new Map<number, Checkpoint>();
  private readonly answered = new Set<string>();
  private readonly random: Random;

  constructor(private readonly world: Installation) {
    this.random = world.random.fork('vendors');
  }

  checkpoint(partition: number): Checkpoint | null {
    return this.checkpoints.get(partition) ?? null;
  }

  /** The compare-and-set that every role owes its follower. */
  store({ partition, events, previous, checkpoint }: EventBatch): 'stored' | 'moved' {
    const stored = this.checkpoints.get(partition);
    if (stored?.offset !== previous?.offset || stored?.claim !== previous?.claim) {
      this.world.paths.saw('follower moved');
      return 'moved';
    }
    this.checkpoints.set(partition, checkpoint);
    for (const event of events) this.take(event);
    return 'stored';
  }

  private take(event: StoredEvent): void {
    if (event.type === 'EnrichmentRequested') this.call(event.orgId, event.data.enrichmentId, event.data.next);
    if (event.type !== 'ProviderResponded') return;
    this.answered.add(keyOf(event.data.enrichmentId, event.data.attempt));
    if (event.data.next !== null) this.call(event.orgId, event.data.enrichmentId, event.data.next);
  }

  private call(orgId: OrgId, enrichmentId: EnrichmentId, next: OpenAttempt): void {
    const { random, world } = this;
    const patience = random.weighted({ quick: 75, slow: 15, late: 6, never: 4 });
    if (patience === 'never') return;
    const range = { quick: [5, 400], slow: [400, 15_000], late: [60_000, 140_000] } as const;
    const [least, most] = range[patience];
    const latencyMs = random.between(least, most);
    const data = this.answerOf(enrichmentId, next, latencyMs);
    world.clock.after(latencyMs, () => this.send(orgId, data, 1));
    if (random.chance(0.05)) world.clock.after(random.between(1, 100_000), () => this.send(orgId, data, TRIES_MAX));
    if (random.chance(0.01)) this.send(orgId, { ...data, attempt: data.attempt + 1 }, TRIES_MAX);
    if (random.chance(0.01)) this.send(orgId, { ...data, enrichmentId: random.uuid() as EnrichmentId }, TRIES_MAX);
  }

  private answerOf(enrichmentId: EnrichmentId, next: OpenAttempt, latencyMs: number): ResponseData {
    const { random, world } = this;
    const fromCache = next.attempt === 1 && random.chance(0.06);
    const outcome = fromCache ? 'hit' : random.weighted(OUTCOMES);
    const isHit = outcome === 'hit';
    return {
      enrichmentId,
      attempt: next.attempt,
      ...(fromCache ? { step: 0, provider: 'cache' } : { step: next.step, provider: next.provider }),
      outcome,
      reason: outcome === 'error' ? 'broken' : null,
      vendorPrice: random.between(0, 3),
      latencyMs,
      startedAt: instantOf(world.clock.now()),
      verification: isHit ? random.weighted(VERIFICATIONS) : null,
      valuesFound: isHit ? 1 : 0,
      keyId: isHit ? (`key-${random.hex(6)}` as KeyId) : null,
      sealed: isHit ? (`box-${random.hex(8)}` as Sealed) : null,
      cacheId: fromCache ? random.uuid() : null,
      cache: null,
    };
  }

  /** Again until its event has been read, as the answerer of the real role does. */
  private send(orgId: OrgId, data: ResponseData, attempt: number): void {
    const { world } = this;
    if (attempt > 1 && this.answered.has(keyOf(data.enrichmentId, data.attempt)) && this.random.chance(0.8)) return;
    const id = commandIdFrom(data.enrichmentId, data.attempt, data.step);
    const origin = { id, keyed: false, fingerprint: null, correlationId: id, sentAtMs: world.clock.now() } as const;
    const command = { ...origin, type: 'RecordProviderResponse', orgId, data, waitMs: null, replyTo: null } as Command;
    const process = world.anyServing(this.random);
    // Lost or not sent at all: that is what the repetition is for.
    void process?.sender.send(command).catch(() => world.paths.saw('response not acknowledged'));
    if (attempt < TRIES_MAX) world.clock.after(REPEAT_MS * attempt, () => this.send(orgId, data, attempt + 1));
  }
}

const keyOf = (enrichmentId: EnrichmentId, attempt: number): string => `${enrichmentId}/${attempt}`;
