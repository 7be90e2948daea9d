import type { StreamState } from '../domain/state.js';
import type { StreamKey } from '../domain/streams.js';

/** What is known of a stream. */
export interface StreamFacts {
  /** undefined: it has been looked for, there is nothing. */
  readonly state: StreamState | undefined;
  /** seq of the last event in `state`, 0 when none. */
  readonly seq: number;
  readonly bytes: number;
  /** It began here, and nothing beneath it (`parentOf`) was evicted since: what is not in memory does not exist. */
  readonly complete: boolean;
}

/** A stream in memory, on one shelf. What is known of it is replaced, never changed in place. */
export class Held {
  /** Read since eviction came past it last. */
  wasUsed = false;
  before: Held | null = null;
  after: Held | null = null;

  constructor(
    readonly key: StreamKey,
    public facts: StreamFacts,
    public shelf: Shelf,
  ) {
    shelf.append(this);
  }

  /** To the end of a shelf, its own or another one. */
  moveTo(shelf: Shelf, facts: StreamFacts): void {
    this.shelf.remove(this);
    this.facts = facts;
    this.shelf = shelf;
    shelf.append(this);
  }
}

/**
 * Streams in the order in which they were put here, and what they take in memory together. Linked among each other: to
 * move one costs no look-up. One that is read is only marked.
 */
export class Shelf implements Iterable<Held> {
  private first: Held | null = null;
  private last: Held | null = null;
  private count = 0;
  private sum = 0;

  get size(): number {
    return this.count;
  }

  get bytes(): number {
    return this.sum;
  }

  append(held: Held): void {
    held.before = this.last;
    held.after = null;
    if (this.last === null) this.first = held;
    else this.last.after = held;
    this.last = held;
    this.count += 1;
    this.sum += held.facts.bytes;
  }

  remove(held: Held): void {
    if (held.before === null) this.first = held.after;
    else held.before.after = held.after;
    if (held.after === null) this.last = held.before;
    else held.after.before = held.before;
    this.count -= 1;
    this.sum -= held.facts.bytes;
  }

  /** What may go first; what was used meanwhile goes behind all others before, without its mark: each is met twice at most. */
  oldestUnused(): Held | null {
    while (this.first?.wasUsed === true) {
      this.first.wasUsed = false;
      this.first.moveTo(this, this.first.facts);
    }
    return this.first;
  }

  *[Symbol.iterator](): Generator<Held, void, void> {
    for (let held = this.first; held !== null; held = held.after) yield held;
  }
}
