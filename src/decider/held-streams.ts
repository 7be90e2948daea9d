import type { StreamState } from '../domain/state.js';
import type { StreamKey } from '../domain/streams.js';

export interface Held {
  /** undefined: it has been looked for, there is nothing. */
  readonly state: StreamState | undefined;
  /** seq of the last event in `state`, 0 when none. */
  readonly seq: number;
  readonly bytes: number;
  /** It began here, and nothing beneath it (`parentOf`) was evicted since: what is not in memory does not exist. */
  readonly complete: boolean;
  /** Read since eviction came past it last. */
  wasUsed: boolean;
}

/**
 * Streams in the order in which they were put in, and what they take in memory together. A stream that is read is only
 * marked: moving it in the map costs more than all of what reading it does.
 */
export class HeldStreams implements Iterable<readonly [StreamKey, Held]> {
  private readonly streams = new Map<StreamKey, Held>();
  private sum = 0;

  get size(): number {
    return this.streams.size;
  }

  get bytes(): number {
    return this.sum;
  }

  get(key: StreamKey): Held | undefined {
    return this.streams.get(key);
  }

  /**
   * What may go, in the order in which it may: those that were used go behind all others first. Without their mark, so
   * that each is met at most twice.
   */
  *evictable(): Generator<StreamKey> {
    for (const [key, held] of this.streams) {
      if (held.wasUsed) {
        held.wasUsed = false;
        this.streams.delete(key);
        this.streams.set(key, held);
      } else yield key;
    }
  }

  has(key: StreamKey): boolean {
    return this.streams.has(key);
  }

  /** One that is there already keeps its place. */
  set(key: StreamKey, held: Held): void {
    this.sum += held.bytes - (this.streams.get(key)?.bytes ?? 0);
    this.streams.set(key, held);
  }

  delete(key: StreamKey): void {
    const held = this.streams.get(key);
    if (held === undefined) return;
    this.sum -= held.bytes;
    this.streams.delete(key);
  }

  [Symbol.iterator](): IterableIterator<[StreamKey, Held]> {
    return this.streams.entries();
  }
}
