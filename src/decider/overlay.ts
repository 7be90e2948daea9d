import type { StateByKind, StateChanges, StateReader, StreamState } from '../domain/state.js';
import type { StreamKey, StreamKind } from '../domain/streams.js';

/** What a reader also has to tell: whether a stream is loaded at all. */
export interface KnowingReader extends StateReader {
  knows(key: StreamKey): boolean;
}

/** Changes that do not count yet, over a state that stays as it is. `tag` says which event made the change. */
export class Overlay<Tag> implements KnowingReader {
  private readonly own = new Map<StreamKey, { readonly state: StreamState; readonly tag: Tag }>();

  constructor(private readonly base: KnowingReader) {}

  get<K extends StreamKind>(key: StreamKey<K>): StateByKind[K] | undefined {
    const own = this.own.get(key);
    return own === undefined ? this.base.get(key) : (own.state as StateByKind[K]);
  }

  knows(key: StreamKey): boolean {
    return this.own.has(key) || this.base.knows(key);
  }

  put(changes: StateChanges, tag: Tag): void {
    for (const [key, state] of changes) this.own.set(key, { state, tag });
  }

  *changes(): Generator<{ readonly key: StreamKey; readonly state: StreamState; readonly tag: Tag }> {
    for (const [key, { state, tag }] of this.own) yield { key, state, tag };
  }
}

/**
 * Notes which cold streams were read: what the pure core computed from them is worth nothing, they have to be loaded
 * and the core asked again. So a wrong decision can never come from a stream that was merely not in memory.
 */
export class MissRecorder implements KnowingReader {
  readonly misses = new Set<StreamKey>();

  constructor(private readonly base: KnowingReader) {}

  get<K extends StreamKind>(key: StreamKey<K>): StateByKind[K] | undefined {
    const state = this.base.get(key);
    if (state === undefined && !this.base.knows(key)) this.misses.add(key);
    return state;
  }

  knows(key: StreamKey): boolean {
    return this.base.knows(key);
  }
}
