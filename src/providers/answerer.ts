import type { Command } from '../domain/command.js';
import type { Clock } from '../domain/kernel/clock.js';
import { instantOf } from '../domain/kernel/instant.js';
import type { CacheEntry } from '../events/enrichment.events.js';
import { commandIdFrom } from '../log/command-id.js';
import { sleep } from '../observability/clock.js';
import type { Logger } from '../observability/logger.js';
import { KeyDestroyed, type Vault } from '../vault/vault.js';
import { keyOf, type AnswerData, type AnsweredAttempt, type HeldAttempt } from './attempt.js';
import type { AttemptQueue, Durability, StoredAnswer } from './attempt-queue.js';
import type { CachedContact, ContactCache } from './contact-cache.js';
import { MicroBatcher } from '../observability/micro-batcher.js';
import type { ProviderAdapter } from './provider.js';
import { skipped, type Verdict } from './verdict.js';

/** The part of `CommandSender` that is needed here. @throws Overloaded when its queue is full */
export interface ResponseSender {
  send(command: Command<'RecordProviderResponse'>): Promise<unknown>;
}

export interface AnswererOptions {
  readonly queue: AttemptQueue;
  readonly cache: ContactCache;
  readonly vault: Vault;
  readonly sender: ResponseSender;
  readonly clock: Clock;
  readonly logger: Logger;
}

const ANSWERS_PER_STATEMENT_MAX = 500;
const STORE_TRIES_MAX = 8;
const STORE_RETRY_FIRST_MS = 100;

/** Seals what was found, stores it in the row, then tells the decider: in this order, so that no answer is ever lost. */
export class Answerer {
  private readonly stores: Readonly<Record<Durability, MicroBatcher<StoredAnswer, boolean>>>;

  constructor(private readonly options: AnswererOptions) {
    this.stores = { durable: this.storeBatcher('durable'), relaxed: this.storeBatcher('relaxed') };
  }

  /** The answer of the step itself. `adapter` is absent when no such provider is configured. */
  async answer(attempt: HeldAttempt, verdict: Verdict, adapter?: ProviderAdapter): Promise<void> {
    const cache = await this.cacheEntry(attempt, verdict, adapter);
    const { step, provider } = attempt;
    const data = await this.sealed(attempt, verdict, { step, provider, cacheId: null, cache });
    await this.storeAndSend(attempt, data, { paid: adapter?.paid === true, deliveries: verdict.deliveries });
  }

  /** Step zero: the cache had it, no vendor is called. */
  async answerFromCache(attempt: HeldAttempt, found: CachedContact): Promise<void> {
    const verdict: Verdict = { outcome: 'hit', reason: null, vendorPrice: null, deliveries: 1, ...found };
    const data = await this.sealed(attempt, verdict, {
      step: 0,
      provider: 'cache',
      cacheId: found.cacheId,
      cache: null,
    });
    await this.storeAndSend(attempt, data, { paid: false, deliveries: 1 });
  }

  /** The id depends on the attempt alone: whatever is sent again changes nothing. */
  async send({ orgId, correlationId, answer }: Omit<AnsweredAttempt, 'deadlineMs'>): Promise<void> {
    await this.options.sender.send({
      id: commandIdFrom(answer.enrichmentId, answer.attempt),
      type: 'RecordProviderResponse',
      orgId,
      data: answer,
      keyed: false,
      fingerprint: null,
      correlationId,
      sentAtMs: this.options.clock.now(),
      waitMs: null,
      replyTo: null,
    });
  }

  async idle(): Promise<void> {
    await Promise.all([this.stores.durable.idle(), this.stores.relaxed.idle()]);
  }

  private cacheEntry(
    attempt: HeldAttempt,
    verdict: Verdict,
    adapter: ProviderAdapter | undefined,
  ): Promise<CacheEntry | null> {
    if (verdict.outcome !== 'hit' || adapter === undefined) return Promise.resolve(null);
    return this.options.cache.entryFor(attempt, verdict, adapter);
  }

  private async sealed(
    attempt: HeldAttempt,
    verdict: Verdict,
    source: Pick<AnswerData, 'step' | 'provider' | 'cacheId' | 'cache'>,
  ): Promise<AnswerData> {
    const nowMs = this.options.clock.now();
    const startedMs = attempt.startedMs ?? nowMs;
    const { orgId, enrichmentId, keyId } = attempt;
    const head = {
      enrichmentId,
      attempt: attempt.attempt,
      startedAt: instantOf(startedMs),
      latencyMs: nowMs - startedMs,
    };
    const { outcome, reason, vendorPrice, verification, valuesFound } = verdict;
    const plain = { ...head, ...source, outcome, reason, vendorPrice, verification, valuesFound };
    if (verdict.values === null) return { ...plain, keyId: null, sealed: null };
    try {
      return { ...plain, keyId, sealed: await this.options.vault.seal(orgId, keyId, 'values', verdict.values) };
    } catch (error) {
      if (!(error instanceof KeyDestroyed)) throw error;
      // Erased while the call ran: what was found is discarded (SU-02).
      const { outcome: skip, reason: why } = skipped('person_erased');
      const nothing = { verification: null, valuesFound: 0, keyId: null, sealed: null, cacheId: null, cache: null };
      return { ...plain, ...nothing, outcome: skip, reason: why };
    }
  }

  private async storeAndSend(
    attempt: HeldAttempt,
    answer: AnswerData,
    { paid, deliveries }: { readonly paid: boolean; readonly deliveries: 1 | 2 },
  ): Promise<void> {
    const { orgId, correlationId, enrichmentId } = attempt;
    const stored = await this.store({ enrichmentId, attempt: attempt.attempt, answer }, paid ? 'durable' : 'relaxed');
    // The row is gone when nobody waits any more; then only what may fill the cache is worth telling.
    if (!stored && answer.cache === null) return;
    for (let delivery = 0; delivery < deliveries; delivery++) await this.send({ orgId, correlationId, answer });
  }

  private async store(answer: StoredAnswer, durability: Durability): Promise<boolean> {
    for (let tries = 1; ; tries++) {
      try {
        return await this.stores[durability].add(answer);
      } catch (error) {
        if (tries >= STORE_TRIES_MAX) throw error;
        await sleep(this.options.clock, STORE_RETRY_FIRST_MS * 2 ** (tries - 1));
      }
    }
  }

  private storeBatcher(durability: Durability): MicroBatcher<StoredAnswer, boolean> {
    const write = async (answers: readonly StoredAnswer[]): Promise<readonly boolean[]> => {
      const stored = new Set((await this.options.queue.storeAnswers(answers, durability)).map(keyOf));
      return answers.map((answer) => stored.has(keyOf(answer)));
    };
    const warn = (error: unknown, answers: number): void =>
      this.options.logger.warn({ err: error, answers }, 'answers not stored yet');
    return new MicroBatcher(
      async (answers) => {
        try {
          return await write(answers);
        } catch (error) {
          warn(error, answers.length);
          throw error;
        }
      },
      { itemsMax: ANSWERS_PER_STATEMENT_MAX },
    );
  }
}
