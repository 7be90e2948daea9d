import type { Clock } from '../domain/kernel/clock.js';
import type { Logger } from '../observability/logger.js';
import type { SealedIdentity } from '../vault/vault.js';
import type { Answerer } from './answerer.js';
import { keyOf, type AttemptKey, type HeldAttempt } from './attempt.js';
import type { AttemptQueue, Parked } from './attempt-queue.js';
import type { AttemptWindow, Task } from './attempt-window.js';
import type { ReadyCall } from './lane.js';
import { MicroBatcher } from '../observability/micro-batcher.js';
import type { Outcome, ProviderAdapter } from './provider.js';
import { retryDelayMs } from './retry.js';
import { VendorCall, type CallResult } from './vendor-call.js';
import { failed, repeated, skipped, verdictOf, type Verdict } from './verdict.js';

export interface RunnerOptions {
  readonly queue: AttemptQueue;
  readonly window: AttemptWindow;
  readonly answerer: Answerer;
  readonly clock: Clock;
  readonly logger: Logger;
  /** 0..1, for jitter. */
  readonly random: () => number;
  /** A row was put back and is due in so many ms. */
  readonly onParked: (delayMs: number) => void;
  readonly onLetGo: () => void;
}

const KEYS_PER_STATEMENT_MAX = 500;
/** Past its deadline an attempt waits for its `EnrichmentFinished`. */
const OVERDUE_LOOK_MS = 60_000;
/** After that long the log has lost the enrichment (it went back and was repaired): its row is dropped. */
export const ABANDON_AFTER_MS = 600_000;

/** Takes one leased attempt to its end: the call, and what its answer means. */
export class AttemptRunner {
  private readonly calls: VendorCall;
  private readonly marks: MicroBatcher<AttemptKey, boolean>;
  private readonly parks: MicroBatcher<Parked, boolean>;

  constructor(private readonly options: RunnerOptions) {
    const { clock, logger, queue } = options;
    this.marks = ownedBatcher((keys) => queue.markCalled(keys));
    this.parks = ownedBatcher((attempts) => queue.park(attempts));
    this.calls = new VendorCall({
      clock,
      logger,
      markCalled: ({ enrichmentId, attempt }) => this.marks.add({ enrichmentId, attempt }),
    });
  }

  /** Resolves when no statement is in flight. */
  async idle(): Promise<void> {
    await Promise.all([this.marks.idle(), this.parks.idle()]);
  }

  readyCall(task: Task, adapter: ProviderAdapter, identity: SealedIdentity): ReadyCall {
    const startedMs = task.attempt.startedMs ?? this.options.clock.now();
    const call: ReadyCall = {
      attempt: { ...task.attempt, startedMs },
      adapter,
      identity,
      hasEnded: () => task.ended,
      run: () => this.run(task, call),
      skip: () => void this.guarded(task, () => this.answer(task, skipped('breaker_open'))),
      drop: () => this.letGo(task),
    };
    return call;
  }

  private async run(task: Task, call: ReadyCall): Promise<Outcome['kind'] | null> {
    let kind: Outcome['kind'] | null = null;
    await this.guarded(task, async () => {
      const result = await this.calls.make(call, endsMsOf(call.attempt));
      if (result.kind !== 'pending' && result.kind !== 'timed_out' && result.kind !== 'lost') kind = result.kind;
      void this.guarded(task, () => this.conclude(task, call, result));
    });
    return kind;
  }

  private conclude(task: Task, call: ReadyCall, result: CallResult): Promise<void> {
    const { attempt, adapter } = call;
    switch (result.kind) {
      case 'lost':
        this.letGo(task);
        return Promise.resolve();
      case 'timed_out':
        return this.isOverdue(attempt) ? this.waitForEnd(task) : this.answer(task, failed('timeout'), call);
      case 'pending':
        return this.park(task, {
          ...leftBehind(attempt),
          delayMs: this.pollDelayMs(call, result.pollAfterMs),
          vendorRef: result.ref,
        });
      case 'retry_later':
        return this.retry(task, call, result.afterMs);
      case 'hit':
      case 'miss':
      case 'out_of_credits':
      case 'bad_credentials':
      case 'blocked':
      case 'invalid_input':
      case 'broken':
        return this.answer(task, verdictOf(result, { field: attempt.field, sandbox: adapter.sandbox }), call);
    }
  }

  private retry(task: Task, call: ReadyCall, afterMs: number): Promise<void> {
    const { attempt } = call;
    const leftMs = endsMsOf(attempt) - this.options.clock.now();
    const delayMs = retryDelayMs({ afterMs, tries: attempt.tries, leftMs, random: this.options.random() });
    if (delayMs === null) return this.answer(task, failed('retries_exhausted'), call);
    return this.park(task, { ...leftBehind(attempt), delayMs, tries: attempt.tries + 1 });
  }

  /** Never later than the end of the step, so that its timeout is told in time. */
  private pollDelayMs({ attempt }: ReadyCall, pollAfterMs: number): number {
    return Math.max(0, Math.min(pollAfterMs, endsMsOf(attempt) - this.options.clock.now()));
  }

  answer(task: Task, verdict: Verdict, call?: ReadyCall): Promise<void> {
    const attempt = call?.attempt ?? task.attempt;
    const told = call !== undefined && attempt.calls > 0 ? repeated(verdict) : verdict;
    return this.settle(task, () => this.options.answerer.answer(attempt, told, task.lane?.adapter));
  }

  async settle(task: Task, answer: () => Promise<void>): Promise<void> {
    await answer();
    this.letGo(task);
  }

  isOverdue({ deadlineMs }: HeldAttempt): boolean {
    return this.options.clock.now() >= deadlineMs;
  }

  /** Nothing is called after the deadline; the sweeper ends the enrichment and its event ends the row. */
  async waitForEnd(task: Task): Promise<void> {
    const { attempt } = task;
    if (this.options.clock.now() < attempt.deadlineMs + ABANDON_AFTER_MS) {
      return this.park(task, { ...leftBehind(attempt), delayMs: OVERDUE_LOOK_MS });
    }
    this.options.logger.error(
      { attempt: keyOf(attempt) },
      'the log never ended this enrichment: its attempt is dropped',
    );
    await this.options.queue.abandon([attempt]);
    this.letGo(task);
  }

  private async park(task: Task, parked: Parked): Promise<void> {
    task.parked = true;
    await this.parks.add(parked);
    this.letGo(task);
    this.options.onParked(parked.delayMs);
  }

  letGo(task: Task): void {
    this.options.window.letGo(task);
    this.options.onLetGo();
  }

  async guarded(task: Task, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.options.logger.error({ err: error, attempt: keyOf(task.attempt) }, 'attempt failed here, it is taken again');
      this.letGo(task);
    }
  }
}

const ownedBatcher = <Item extends AttemptKey>(
  write: (items: readonly Item[]) => Promise<readonly AttemptKey[]>,
): MicroBatcher<Item, boolean> =>
  new MicroBatcher(
    async (items) => {
      const ours = new Set((await write(items)).map(keyOf));
      return items.map((item) => ours.has(keyOf(item)));
    },
    { itemsMax: KEYS_PER_STATEMENT_MAX },
  );

/** A step ends with its own timeout or with the enrichment, whichever is first. */
const endsMsOf = ({ plan, step, startedMs, deadlineMs }: HeldAttempt): number => {
  const timeoutMs = plan.steps[step - 1]?.timeoutMs ?? 0;
  return Math.min((startedMs ?? 0) + timeoutMs, deadlineMs);
};

const leftBehind = ({
  enrichmentId,
  attempt,
  startedMs,
  tries,
  vendorRef,
  calls,
}: HeldAttempt): Omit<Parked, 'delayMs'> => ({
  enrichmentId,
  attempt,
  startedMs,
  tries,
  vendorRef,
  calls,
});
