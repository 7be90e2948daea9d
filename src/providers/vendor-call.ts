import type { Clock } from '../domain/kernel/clock.js';
import type { Logger } from '../observability/logger.js';
import { isTestOrg, keyOf, type HeldAttempt } from './attempt.js';
import type { ReadyCall } from './lane.js';
import type { LookupRequest, Outcome, PendingLookup } from './provider.js';
import { SingleFlight } from './single-flight.js';

/** `timed_out`: no answer by the end that was set; `lost`: the lease went to another process before the call began. */
export type CallResult = Outcome | PendingLookup | { readonly kind: 'timed_out' } | { readonly kind: 'lost' };

export interface VendorCallOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Marks a paid call as begun and commits that; false when the attempt is no longer ours. */
  readonly markCalled: (attempt: HeldAttempt) => Promise<boolean>;
}

/** Makes one call of one adapter, bounded in time; equal lookups at the same time share one. */
export class VendorCall {
  private readonly flights = new SingleFlight<CallResult>();

  constructor(private readonly options: VendorCallOptions) {}

  /** Never rejects: an adapter that throws is `broken`. `endsMs`: when to give up. */
  async make(call: ReadyCall, endsMs: number): Promise<CallResult> {
    const { attempt, adapter } = call;
    const { vendorRef } = attempt;
    if (vendorRef !== null) return this.poll(call, vendorRef, endsMs);
    for (;;) {
      const { result, led } = await this.flights.run(flightOf(attempt), () => this.lookup(call, endsMs));
      // Somebody else's end or lost lease says nothing about ours: make the call ourselves.
      const isOurs = led || (result.kind !== 'timed_out' && result.kind !== 'lost');
      if (isOurs) return result;
      if (this.options.clock.now() >= endsMs) return { kind: 'timed_out' };
      this.options.logger.debug(
        { provider: adapter.id, attempt: keyOf(attempt) },
        'shared lookup ended without an answer',
      );
    }
  }

  private async lookup(call: ReadyCall, endsMs: number): Promise<CallResult> {
    const { adapter, attempt } = call;
    if (adapter.paid && !(await this.options.markCalled(attempt))) return { kind: 'lost' };
    return this.bounded(call, endsMs, (signal) => adapter.lookup(requestOf(call), signal));
  }

  private poll(call: ReadyCall, ref: string, endsMs: number): Promise<CallResult> {
    const { adapter } = call;
    return this.bounded(call, endsMs, async (signal) => {
      if (adapter.poll === undefined) return { kind: 'broken', reason: 'no_poll' };
      return adapter.poll(ref, requestOf(call), signal);
    });
  }

  private bounded(
    call: ReadyCall,
    endsMs: number,
    ask: (signal: AbortSignal) => Promise<Outcome | PendingLookup>,
  ): Promise<CallResult> {
    const { clock } = this.options;
    // Waiting for its turn, or for the mark in a slow database, may have taken all the time there was.
    if (clock.now() >= endsMs) return Promise.resolve({ kind: 'timed_out' });
    const aborter = new AbortController();
    return new Promise((resolve) => {
      const cancel = clock.after(endsMs - clock.now(), () => {
        // The slot is freed even when the adapter ignores its signal.
        resolve({ kind: 'timed_out' });
        aborter.abort();
      });
      const answered = (result: CallResult): void => {
        cancel();
        resolve(result);
      };
      ask(aborter.signal).then(answered, (error: unknown) => answered(this.brokenBy(call, error)));
    });
  }

  private brokenBy({ adapter, attempt }: ReadyCall, error: unknown): Outcome {
    // The message may quote what was asked: only the kind of the error is told.
    const name = error instanceof Error ? error.name : typeof error;
    this.options.logger.error({ provider: adapter.id, attempt: keyOf(attempt), error: name }, 'adapter threw');
    return { kind: 'broken', reason: 'adapter_threw' };
  }
}

const requestOf = ({ attempt, identity }: ReadyCall): LookupRequest => ({
  enrichmentId: attempt.enrichmentId,
  attemptKey: keyOf(attempt),
  step: attempt.step,
  field: attempt.field,
  identity,
  tries: attempt.tries,
});

/** Same person and field at the same vendor and step; the sandbox world never shares with the live one. */
const flightOf = ({ orgId, provider, step, field, identities, tries }: HeldAttempt): string =>
  [isTestOrg(orgId) ? 'test' : 'live', provider, step, field, tries, ...identities].join(' ');
