import { evolve, type AppliedEvent } from './evolve.js';
import type { StateByKind, StateChanges, StateReader, StreamState } from './state.js';
import type { StreamKey, StreamKind } from './streams.js';

/**
 * State as it will be: reads through to `base` and keeps what events change on top of it. Decide threads its own
 * events through one; the decider's shell decides a whole batch on another. `base` is never written.
 */
export class Draft implements StateReader {
  private readonly changed = new Map<StreamKey, StreamState>();

  constructor(private readonly base: StateReader) {}

  get<K extends StreamKind>(key: StreamKey<K>): StateByKind[K] | undefined {
    return (this.changed.get(key) as StateByKind[K] | undefined) ?? this.base.get(key);
  }

  /** Folds one event in; returns what it changed. */
  apply(event: AppliedEvent): StateChanges {
    const changes = evolve(this, event);
    for (const [key, value] of changes) this.changed.set(key, value);
    return changes;
  }

  /** Everything changed so far, by stream. */
  get changes(): ReadonlyMap<StreamKey, StreamState> {
    return this.changed;
  }
}
