import type { Account } from '../domain/credits/account.js';
import { isCreditEvent, type CreditEventType } from '../domain/credits/chain.js';
import { Draft } from '../domain/draft.js';
import type { Enrichment } from '../domain/enrichments/enrichment.js';
import type { StateByKind, StateReader, StreamState } from '../domain/state.js';
import { kindOf, type StreamKey, type StreamKind } from '../domain/streams.js';
import type { StoredEvent } from '../events/event.js';

/** A stream that an event changed, as it stands after it. */
export interface StreamChange<State> {
  readonly event: StoredEvent;
  readonly after: State;
}

/** An entry of the ledger, and the account right after it. */
export interface AccountChange {
  readonly event: Extract<StoredEvent, { readonly type: CreditEventType }>;
  readonly after: Account;
}

/**
 * A batch under the decider's own `evolve` (domain/draft.ts), so that read models can never tell another story than
 * decisions do. Of its streams only those that a read model shows, each change in order.
 */
export interface Evolution {
  readonly enrichments: readonly StreamChange<Enrichment>[];
  /** By entries of the ledger: what else an account keeps is nothing that is shown. */
  readonly accounts: readonly AccountChange[];
  /** The streams after the last event. */
  readonly state: StateReader;
}

/** A fraction of a millisecond. */
const EVENTS_PER_STEP = 20;

/** `before`: the streams that this batch changes but does not begin (`streamsToRead`). */
export function* evolveSteps(
  events: readonly StoredEvent[],
  before: ReadonlyMap<StreamKey, StreamState>,
): Generator<void, Evolution, void> {
  const state = new Draft({
    get: <K extends StreamKind>(key: StreamKey<K>) => before.get(key) as StateByKind[K] | undefined,
  });
  const enrichments: StreamChange<Enrichment>[] = [];
  const accounts: AccountChange[] = [];
  for (const [index, event] of events.entries()) {
    if (index % EVENTS_PER_STEP === EVENTS_PER_STEP - 1) yield;
    for (const [key, after] of state.apply(event)) {
      const kind = kindOf(key);
      if (kind === 'enrichment') enrichments.push({ event, after: after as Enrichment });
      else if (kind === 'account' && isCreditEvent(event)) accounts.push({ event, after: after as Account });
    }
  }
  return { enrichments, accounts, state };
}
