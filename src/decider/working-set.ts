import { epochMsOf } from '../domain/kernel/instant.js';
import type { StateByKind, StateReader, StreamState } from '../domain/state.js';
import { kindOf, parentOf, type StreamKey, type StreamKind } from '../domain/streams.js';
import type { RememberedAnswer } from '../domain/answers/remembered-answer.js';
import type { StoredStream } from './snapshot-store.js';
import { sizeOf } from './state-size.js';

interface Held {
  /** undefined: it has been looked for, there is nothing. */
  readonly state: StreamState | undefined;
  /** seq of the last event in `state`, 0 when none. */
  readonly seq: number;
  readonly bytes: number;
  /** It began here, and nothing beneath it (`parentOf`) was evicted since: what is not in memory does not exist. */
  readonly complete: boolean;
}

const NOTHING = { state: undefined, seq: 0, complete: false } as const;
const ENTRY_OVERHEAD_BYTES = 100;

/**
 * The streams of one partition that are in memory. A stream is in one of three maps, which makes the rule of
 * eviction hold by construction: `unsaved` (newer than the snapshot, never evicted), `saved` (least recently used
 * first, evicted by bytes) and `recent` (`recent/…`: complete, so a miss means empty; leaves when it expires).
 */
export class WorkingSet implements StateReader {
  private readonly unsaved = new Map<StreamKey, Held>();
  private readonly saved = new Map<StreamKey, Held>();
  private readonly recent = new Map<StreamKey, Held>();
  private savedBytes = 0;
  private bytesUnsaved = 0;

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
      this.keep(key, { state, seq, bytes: bytesOf(key, state), complete: false });
    for (const key of keys) {
      if (!this.knows(key)) this.keep(key, { ...NOTHING, bytes: bytesOf(key, undefined) });
    }
  }

  /** `begins`: there was no such stream before. */
  change(key: StreamKey, state: StreamState, seq: number, begins = false): void {
    const complete = begins || this.at(key)?.complete === true;
    this.forget(key);
    const bytes = bytesOf(key, state);
    this.unsaved.set(key, { state, seq, bytes, complete });
    this.bytesUnsaved += bytes;
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

  /** Least recently used first, saved ones only. Between batches: what a batch has loaded it still needs. */
  evict(): void {
    const max = this.bytesMax();
    for (const [key, { bytes }] of this.saved) {
      if (this.savedBytes + this.bytesUnsaved <= max) return;
      this.saved.delete(key);
      this.savedBytes -= bytes;
      this.markIncomplete(parentOf(key));
    }
  }

  /** Forgets remembered answers that have expired at `nowMs`; they stand about in the order of expiry. */
  prune(nowMs: number): void {
    for (const [key, { state }] of this.recent) {
      if (epochMsOf((state as RememberedAnswer).expiresAt) > nowMs) return;
      this.recent.delete(key);
    }
  }

  get unsavedStreams(): number {
    return this.unsaved.size;
  }
  get unsavedBytes(): number {
    return this.bytesUnsaved;
  }
  get bytes(): number {
    return this.savedBytes + this.bytesUnsaved;
  }

  private at(key: StreamKey | null): Held | undefined {
    return key === null ? undefined : (this.unsaved.get(key) ?? this.saved.get(key));
  }

  private markIncomplete(key: StreamKey | null): void {
    if (key === null) return;
    for (const streams of [this.unsaved, this.saved]) {
      const held = streams.get(key);
      if (held?.complete === true) streams.set(key, { ...held, complete: false });
    }
  }

  private held(key: StreamKey): Held | undefined {
    const changed = this.unsaved.get(key) ?? this.recent.get(key);
    if (changed !== undefined) return changed;
    const held = this.saved.get(key);
    if (held === undefined) return undefined;
    this.saved.delete(key);
    this.saved.set(key, held);
    return held;
  }

  private keep(key: StreamKey, held: Held): void {
    if (this.unsaved.has(key)) return;
    if (kindOf(key) === 'recent') {
      this.recent.set(key, held);
      return;
    }
    this.forget(key);
    this.saved.set(key, held);
    this.savedBytes += held.bytes;
  }

  private forget(key: StreamKey): void {
    this.recent.delete(key);
    this.bytesUnsaved -= this.unsaved.get(key)?.bytes ?? 0;
    this.unsaved.delete(key);
    this.savedBytes -= this.saved.get(key)?.bytes ?? 0;
    this.saved.delete(key);
  }
}

const bytesOf = (key: StreamKey, state: StreamState | undefined): number =>
  ENTRY_OVERHEAD_BYTES + key.length + sizeOf(state);
