import { Draft } from '../domain/draft.js';
import type { StateByKind, StateChanges, StateReader, StreamState } from '../domain/state.js';
import type { StreamKey, StreamKind } from '../domain/streams.js';
import type { StoredEvent } from '../events/event.js';

/** An event with the streams it changed, as they stand after it. */
export interface EvolvedEvent {
  readonly event: StoredEvent;
  readonly changes: StateChanges;
}

/** A batch under the decider's own `evolve` (domain/draft.ts), so that read models can never tell another story than decisions do. */
export interface Evolution {
  readonly steps: readonly EvolvedEvent[];
  /** The streams after the last event. */
  readonly state: StateReader;
}

/** `before`: the streams that this batch changes but does not begin (`streamsToRead`). */
export const evolveBatch = (events: readonly StoredEvent[], before: ReadonlyMap<StreamKey, StreamState>): Evolution => {
  const state = new Draft({
    get: <K extends StreamKind>(key: StreamKey<K>) => before.get(key) as StateByKind[K] | undefined,
  });
  return { steps: events.map((event) => ({ event, changes: state.apply(event) })), state };
};

export interface StreamChange<K extends StreamKind> {
  readonly event: StoredEvent;
  readonly after: StateByKind[K];
}

/** The changes of one kind of stream, in order. */
export function* changesOf<K extends StreamKind>({ steps }: Evolution, kind: K): Generator<StreamChange<K>> {
  const prefix = `${kind}/`;
  for (const { event, changes } of steps) {
    for (const [key, after] of changes) {
      if (key.startsWith(prefix)) yield { event, after: after as StateByKind[K] };
    }
  }
}
