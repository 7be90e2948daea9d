import type { StateByKind, StateReader, StreamState } from '../domain/state.js';
import { kindOf, parentOf, type StreamKey, type StreamKind } from '../domain/streams.js';
import type { Enrichment } from '../domain/enrichments/enrichment.js';
import type { RememberedAnswer } from '../domain/answers/remembered-answer.js';
import { RecentAnswers } from './recent-answers.js';
import { Held, Shelf, type StreamFacts } from './shelf.js';
import type { StoredStream } from './snapshot-store.js';
import { sizeOf } from './state-size.js';

const ENTRY_OVERHEAD_BYTES = 100;
/** What stays for what is saved, however much the others take: without its accounts a partition only loads. */
const SAVED_PART_MIN = 0.5;

/**
 * The streams of one partition that are in memory. Each stands on one shelf, which makes the rule of eviction hold by
 * construction: `unsaved` (newer than the snapshot, never evicted), `ended` and `saved` (evicted by bytes, least
 * recently used first, and before anything else enrichments that have ended: they are the largest, and hardly one is
 * asked for again). Apart from them `recent` (`recent/…` once saved: complete, so a miss means empty; leaves when it
 * expires). All of them count: what may not be evicted leaves less room for what may.
 */
export class WorkingSet implements StateReader {
  private readonly streams = new Map<StreamKey, Held>();
  private readonly unsaved = new Shelf();
  private readonly ended = new Shelf();
  private readonly saved = new Shelf();
  private readonly recent = new RecentAnswers();

  /** `bytesMax` is asked on every eviction, because it changes with the number of partitions of the process. */
  constructor(private readonly bytesMax: () => number) {}

  get<K extends StreamKind>(key: StreamKey<K>): StateByKind[K] | undefined {
    return this.read(key)?.state as StateByKind[K] | undefined;
  }

  /** False: the stream is cold, nothing may be concluded from `get`. */
  knows(key: StreamKey): boolean {
    return this.streams.has(key) || kindOf(key) === 'recent' || this.isComplete(parentOf(key));
  }

  /** seq of the last event that is in the stream; events up to it are not applied to it again. */
  seqOf(key: StreamKey): number {
    return this.read(key)?.seq ?? 0;
  }

  /** Takes what the snapshot holds of `keys`; those absent from `found` are known to be empty from now on. */
  take(found: readonly StoredStream[], keys: readonly StreamKey[] = []): void {
    for (const { key, seq, state } of found)
      this.keep(key, { state, seq, bytes: bytesOf(key, state), complete: false });
    for (const key of keys) {
      const bytes = bytesOf(key, undefined);
      if (!this.knows(key)) this.keep(key, { state: undefined, seq: 0, bytes, complete: false });
    }
  }

  /** `begins`: there was no such stream before. */
  change(key: StreamKey, state: StreamState, seq: number, begins = false): void {
    this.put(weighed(key, { state, seq, begins }));
  }

  put({ key, state, seq, begins, bytes }: WeighedChange): void {
    const held = this.streams.get(key);
    const facts = { state, seq, bytes, complete: begins || held?.facts.complete === true };
    if (held !== undefined) {
      held.moveTo(this.unsaved, facts);
      held.wasUsed = false;
    } else {
      if (kindOf(key) === 'recent') this.recent.delete(key);
      this.streams.set(key, new Held(key, facts, this.unsaved));
    }
  }

  /** Everything that the snapshot does not hold yet, as it is now. */
  changes(): readonly StoredStream[] {
    return [...this.unsaved].flatMap(({ key, facts: { seq, state } }) =>
      state === undefined ? [] : [{ key, seq, state }],
    );
  }

  /** The snapshot holds these now; what has changed since stays unsaved. */
  markSaved(streams: readonly StoredStream[]): void {
    for (const { key, seq } of streams) {
      const held = this.streams.get(key);
      if (held?.shelf === this.unsaved && held.facts.seq === seq) this.settle(held, held.facts);
    }
  }

  /** Down to the limit, only what the snapshot holds. Between batches: what a batch has loaded it still needs. */
  evict(): void {
    const max = this.bytesMax();
    const room = Math.max(max - this.unsaved.bytes - this.recent.bytes, max * SAVED_PART_MIN);
    for (const shelf of [this.ended, this.saved]) {
      // Looking spends the marks of what was used: nothing is looked at before it has to go.
      while (this.ended.bytes + this.saved.bytes > room) {
        const held = shelf.oldestUnused();
        if (held === null) break;
        this.forget(held);
        this.markIncomplete(parentOf(held.key));
      }
    }
  }

  /** Forgets remembered answers that have expired at `nowMs`. */
  prune(nowMs: number): void {
    this.recent.prune(nowMs);
  }

  get unsavedStreams(): number {
    return this.unsaved.size;
  }
  get unsavedBytes(): number {
    return this.unsaved.bytes;
  }
  get bytes(): number {
    return this.unsaved.bytes + this.ended.bytes + this.saved.bytes + this.recent.bytes;
  }

  private read(key: StreamKey): Pick<StreamFacts, 'state' | 'seq'> | undefined {
    const held = this.streams.get(key);
    if (held === undefined) return kindOf(key) === 'recent' ? this.recent.get(key) : undefined;
    held.wasUsed = true;
    return held.facts;
  }

  private isComplete(key: StreamKey | null): boolean {
    return key !== null && this.streams.get(key)?.facts.complete === true;
  }

  private markIncomplete(key: StreamKey | null): void {
    const held = key === null ? undefined : this.streams.get(key);
    if (held?.facts.complete === true) held.facts = { ...held.facts, complete: false };
  }

  private keep(key: StreamKey, facts: StreamFacts): void {
    const held = this.streams.get(key);
    if (held?.shelf === this.unsaved) return;
    if (held !== undefined) this.settle(held, facts);
    else if (kindOf(key) === 'recent') this.recent.set(key, recentOf(facts));
    else this.streams.set(key, new Held(key, facts, this.shelfOf(key, facts)));
  }

  /** Onto the shelf of what the snapshot holds. */
  private settle(held: Held, facts: StreamFacts): void {
    if (kindOf(held.key) !== 'recent') return held.moveTo(this.shelfOf(held.key, facts), facts);
    this.forget(held);
    this.recent.set(held.key, recentOf(facts));
  }

  private shelfOf(key: StreamKey, { state }: StreamFacts): Shelf {
    return hasEnded(key, state) ? this.ended : this.saved;
  }

  private forget(held: Held): void {
    held.shelf.remove(held);
    this.streams.delete(held.key);
  }
}

const recentOf = ({ state, seq }: StreamFacts) => ({ state: state as RememberedAnswer, seq });

const hasEnded = (key: StreamKey, state: StreamState | undefined): boolean =>
  kindOf(key) === 'enrichment' && (state as Enrichment | undefined)?.pending === null;

/** A change of a stream, and what it takes in memory: finding that out costs more than keeping it. */
export interface WeighedChange {
  readonly key: StreamKey;
  readonly state: StreamState;
  readonly seq: number;
  /** There was no such stream before. */
  readonly begins: boolean;
  readonly bytes: number;
}

export const weighed = (key: StreamKey, change: Pick<WeighedChange, 'state' | 'seq' | 'begins'>): WeighedChange => ({
  key,
  ...change,
  bytes: bytesOf(key, change.state),
});

const bytesOf = (key: StreamKey, state: StreamState | undefined): number =>
  ENTRY_OVERHEAD_BYTES + key.length + sizeOf(state);
