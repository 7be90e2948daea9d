import type { StateByKind, StateReader, StreamState } from '../domain/state.js';
import { kindOf, parentOf, type StreamKey, type StreamKind } from '../domain/streams.js';
import type { Enrichment } from '../domain/enrichments/enrichment.js';
import type { RememberedAnswer } from '../domain/answers/remembered-answer.js';
import { HeldStreams, type Held } from './held-streams.js';
import { RecentAnswers } from './recent-answers.js';
import type { StoredStream } from './snapshot-store.js';
import { sizeOf } from './state-size.js';

const NOTHING = { state: undefined, seq: 0, complete: false, wasUsed: false } as const;
const ENTRY_OVERHEAD_BYTES = 100;
/** What stays for what is saved, however much the others take: without its accounts a partition only loads. */
const SAVED_PART_MIN = 0.5;

/**
 * The streams of one partition that are in memory. A stream is in one of four maps, which makes the rule of eviction
 * hold by construction: `unsaved` (newer than the snapshot, never evicted), `ended` and `saved` (evicted by bytes, least
 * recently used first, and before anything else enrichments that have ended: they are the largest, and hardly one is
 * asked for again) and `recent` (`recent/…`: complete, so a miss means empty; leaves when it expires). All of them
 * count: what may not be evicted leaves less room for what may.
 */
export class WorkingSet implements StateReader {
  private readonly unsaved = new HeldStreams();
  private readonly ended = new HeldStreams();
  private readonly saved = new HeldStreams();
  private readonly recent = new RecentAnswers();

  /** `bytesMax` is asked on every eviction, because it changes with the number of partitions of the process. */
  constructor(private readonly bytesMax: () => number) {}

  get<K extends StreamKind>(key: StreamKey<K>): StateByKind[K] | undefined {
    return this.held(key)?.state as StateByKind[K] | undefined;
  }

  /** False: the stream is cold, nothing may be concluded from `get`. */
  knows(key: StreamKey): boolean {
    return this.at(key) !== undefined || kindOf(key) === 'recent' || this.at(parentOf(key))?.complete === true;
  }

  /** seq of the last event that is in the stream; events up to it are not applied to it again. */
  seqOf(key: StreamKey): number {
    return this.held(key)?.seq ?? 0;
  }

  /** Takes what the snapshot holds of `keys`; those absent from `found` are known to be empty from now on. */
  take(found: readonly StoredStream[], keys: readonly StreamKey[] = []): void {
    for (const { key, seq, state } of found)
      this.keep(key, { state, seq, bytes: bytesOf(key, state), complete: false, wasUsed: false });
    for (const key of keys) {
      if (!this.knows(key)) this.keep(key, { ...NOTHING, bytes: bytesOf(key, undefined) });
    }
  }

  /** `begins`: there was no such stream before. */
  change(key: StreamKey, state: StreamState, seq: number, begins = false): void {
    this.put(weighed(key, { state, seq, begins }));
  }

  put({ key, state, seq, begins, bytes }: WeighedChange): void {
    const complete = begins || this.at(key)?.complete === true;
    this.forget(key);
    this.unsaved.set(key, { state, seq, bytes, complete, wasUsed: false });
  }

  /** Everything that the snapshot does not hold yet, as it is now. */
  changes(): readonly StoredStream[] {
    return [...this.unsaved].flatMap(([key, { seq, state }]) => (state === undefined ? [] : [{ key, seq, state }]));
  }

  /** The snapshot holds these now; what has changed since stays unsaved. */
  markSaved(streams: readonly StoredStream[]): void {
    for (const { key, seq } of streams) {
      const held = this.unsaved.get(key);
      if (held?.seq !== seq) continue;
      this.forget(key);
      this.keep(key, held);
    }
  }

  /** Down to the limit, only what the snapshot holds. Between batches: what a batch has loaded it still needs. */
  evict(): void {
    const max = this.bytesMax();
    const room = Math.max(max - this.unsaved.bytes - this.recent.bytes, max * SAVED_PART_MIN);
    const isWithin = (): boolean => this.ended.bytes + this.saved.bytes <= room;
    for (const streams of [this.ended, this.saved]) {
      if (isWithin()) return; // Before anything is looked at: looking spends the marks of what was used.
      for (const key of streams.evictable()) {
        streams.delete(key);
        this.markIncomplete(parentOf(key));
        if (isWithin()) return;
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

  private at(key: StreamKey | null): Held | undefined {
    return key === null ? undefined : (this.unsaved.get(key) ?? this.saved.get(key) ?? this.ended.get(key));
  }

  private markIncomplete(key: StreamKey | null): void {
    if (key === null) return;
    for (const streams of [this.unsaved, this.saved]) {
      const held = streams.get(key);
      if (held?.complete === true) streams.set(key, { ...held, complete: false });
    }
  }

  private held(key: StreamKey): Pick<Held, 'state' | 'seq'> | undefined {
    const held = this.at(key);
    if (held === undefined) return kindOf(key) === 'recent' ? this.recent.get(key) : undefined;
    held.wasUsed = true;
    return held;
  }

  private keep(key: StreamKey, held: Held): void {
    if (this.unsaved.has(key)) return;
    this.forget(key);
    const { state, seq } = held;
    if (kindOf(key) === 'recent') this.recent.set(key, { state: state as RememberedAnswer, seq });
    else if (hasEnded(key, state)) this.ended.set(key, held);
    else this.saved.set(key, held);
  }

  private forget(key: StreamKey): void {
    for (const streams of [this.unsaved, this.ended, this.saved, this.recent]) streams.delete(key);
  }
}

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
