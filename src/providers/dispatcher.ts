import type { Clock } from '../domain/kernel/clock.js';
import { CombinedBatches } from '../log/combined-batches.js';
import type { EventBatch } from '../log/event-follower.js';
import { ENDLESS_SLICE, type Slices } from '../observability/event-loop-slices.js';
import type { Logger } from '../observability/logger.js';
import { sleep } from '../observability/clock.js';
import { Repeater } from '../observability/repeater.js';
import type { Vault } from '../vault/vault.js';
import { Answerer, type ResponseSender } from './answerer.js';
import { Admission } from './admission.js';
import { changesOf, type NextAttempt } from './attempt-changes.js';
import { AttemptIntake } from './attempt-intake.js';
import { RENEW_EVERY_MS, type AttemptQueue } from './attempt-queue.js';
import { AttemptRunner } from './attempt-runner.js';
import { AttemptWindow } from './attempt-window.js';
import { keyOf, type AttemptKey, type HeldAttempt } from './attempt.js';
import { ContactCache, type KnownContacts } from './contact-cache.js';
import { Refill } from './refill.js';
import type { ProviderRegistry } from './registry.js';

export interface DispatcherOptions {
  readonly queue: AttemptQueue;
  readonly knownContacts: KnownContacts;
  readonly vault: Vault;
  readonly sender: ResponseSender;
  readonly registry: ProviderRegistry;
  /** Processes that call vendors, this one included: they share the rates that vendors allow. */
  readonly liveProcesses: () => number;
  /** Left out: the dispatcher has the event loop to itself. */
  readonly slices?: Slices;
  readonly clock: Clock;
  readonly logger: Logger;
  /** 0..1, for jitter. */
  readonly random: () => number;
}

/** A batch so old is being caught up with: its answers may stand further down in the log. */
const CATCH_UP_AGE_MS = 10_000;
const CATCH_UP_GRACE_MS = 3_000;
/** How long a stop waits for calls that are out. */
const STOP_WAIT_MS = 5_000;

/**
 * Turns events into lookups and lookups into commands (DESIGN §5). The table is the queue; memory holds a bounded
 * window of leased attempts for each vendor; following the events never waits for a vendor.
 */
export class Dispatcher {
  private readonly window: AttemptWindow;
  private readonly answerer: Answerer;
  private readonly runner: AttemptRunner;
  private readonly intake: AttemptIntake;
  private readonly refill: Refill;
  private readonly batches = new CombinedBatches((batches) => this.store(batches));
  private repeaters: readonly Repeater[] = [];

  constructor(private readonly options: DispatcherOptions) {
    const { clock, liveProcesses, registry, vault, knownContacts, slices = ENDLESS_SLICE } = options;
    const cache = new ContactCache({ known: knownContacts, vault, slices });
    this.window = new AttemptWindow(registry, { clock, liveProcesses });
    this.answerer = new Answerer({ ...options, cache });
    this.runner = new AttemptRunner({
      ...options,
      window: this.window,
      answerer: this.answerer,
      onParked: (delayMs) => this.refill.dueIn(delayMs),
      onLetGo: () => this.refill.roomMade(),
    });
    this.intake = new AttemptIntake({ ...options, runner: this.runner, answerer: this.answerer, cache });
    this.refill = new Refill({
      ...options,
      window: this.window,
      answerer: this.answerer,
      accept: (rows) => this.accept(rows),
    });
  }

  /** Begins to take what stands in the table: open attempts of an earlier process are found there. */
  start(): void {
    this.repeaters = [this.refill.start(), this.repeat('renewal of leases', RENEW_EVERY_MS, () => this.renew())];
  }

  /** Gives back what was not begun, waits a while for calls that are out; the leases of the others run out. */
  async stop(): Promise<void> {
    this.refill.close();
    await Promise.all(this.repeaters.map((repeater) => repeater.stop()));
    const unbegun = this.window.clear();
    if (unbegun.length > 0) await this.options.queue.release(unbegun.map(({ attempt }) => attempt));
    for (const call of unbegun) call.drop();
    await Promise.race([this.window.emptied(), sleep(this.options.clock, STOP_WAIT_MS)]);
    await Promise.all([this.answerer.idle(), this.runner.idle()]);
  }

  /** The rows of a batch, with its checkpoint; calls follow on their own. 'moved': the position was not `previous`. */
  handle(batch: EventBatch): Promise<'stored' | 'moved'> {
    return this.batches.handle(batch);
  }

  private async store(batches: readonly EventBatch[]): Promise<'stored' | 'moved'> {
    const changes = batches.map((batch) => ({ ...changesOf(batch.events), delayMs: this.delayMsOf(batch) }));
    const admission = new Admission(this.window);
    const held = await this.options.queue
      .apply({
        moves: batches.map(({ previous, checkpoint: next }) => ({ previous, next })),
        opened: changes.flatMap(({ opened, delayMs }) => opened.map((row) => admission.admit(row, delayMs))),
        advanced: changes.flatMap(({ advanced, delayMs }) => advanced.map((row) => admission.admit(row, delayMs))),
        ended: changes.flatMap(({ ended }) => ended),
      })
      .finally(() => admission.close());
    if (held === 'moved') return 'moved';
    for (const { ended, advanced } of changes) this.endBefore(ended, advanced);
    if (changes.some(({ delayMs }) => delayMs > 0)) this.refill.dueIn(CATCH_UP_GRACE_MS);
    this.accept(held);
    return 'stored';
  }

  private endBefore(ended: readonly AttemptKey[], advanced: readonly NextAttempt[]): void {
    for (const key of ended) this.window.end(key);
    for (const { enrichmentId, attempt } of advanced) this.window.end({ enrichmentId, attempt: attempt - 1 });
  }

  /** Attempts in memory; for metrics. */
  get size(): number {
    return this.window.size;
  }

  private accept(rows: readonly HeldAttempt[]): void {
    const tasks = this.window.hold(rows);
    if (tasks.length > 0) void this.intake.accept(tasks);
  }

  private delayMsOf({ checkpoint }: EventBatch): number {
    return this.options.clock.now() - checkpoint.timeMs > CATCH_UP_AGE_MS ? CATCH_UP_GRACE_MS : 0;
  }

  /** What another process took over meanwhile (this one stood still for longer than a lease) is not begun here. */
  private async renew(): Promise<void> {
    const tasks = this.window.leasedLongerThan(RENEW_EVERY_MS);
    if (tasks.length === 0) return;
    const nowMs = this.options.clock.now();
    const keys = tasks.map(({ attempt: { enrichmentId, attempt } }) => ({ enrichmentId, attempt }));
    const ours = new Set((await this.options.queue.renew(keys)).map(keyOf));
    for (const task of tasks) {
      if (ours.has(keyOf(task.attempt))) task.leasedAtMs = nowMs;
      else task.ended = true;
    }
  }

  private repeat(what: string, everyMs: number, work: () => Promise<void>): Repeater {
    const { clock, logger } = this.options;
    return new Repeater(clock, everyMs, work, (error) =>
      logger.error({ err: error }, `${what} failed, it is tried again`),
    );
  }
}
