import {
  EventUnreadable,
  isClaim,
  parseEvent,
  seqOf,
  statedClaimOf,
  storedEventOf,
  type EventPlace,
  type WireEvent,
} from '../events/codec.js';
import type { StoredEvent } from '../events/event.js';
import { epochMsOf } from '../domain/kernel/instant.js';
import type { Checkpoint } from './checkpoint.js';
import { LogCorrupted } from './errors.js';
import type { LogRecord } from './log.js';

/** Where the reader rules of DESIGN §2.2 stand after the records of one partition that have been passed so far. */
export interface FenceState {
  /** The claim whose records count; null before the first claim. */
  readonly claim: string | null;
  /** The last applied seq, 0 before the first. */
  readonly seq: number;
  /** Offset to read next. */
  readonly next: bigint;
  /** Of the last applied event, epoch ms; 0 before the first. */
  readonly timeMs: number;
  /** The command that the last applied event answers; -1 before the first. */
  readonly commandOffset: bigint;
  readonly commandId: string;
}

export type FenceVerdict =
  | { readonly kind: 'claim'; readonly by: string }
  | { readonly kind: 'void' }
  | { readonly kind: 'duplicate' }
  | { readonly kind: 'event'; readonly event: StoredEvent };

const START: FenceState = { claim: null, seq: 0, next: 0n, timeMs: 0, commandOffset: -1n, commandId: '' };

/** The state a reader starts with: where its checkpoint left it, or the start of the log. */
export const fenceAt = (checkpoint: Checkpoint | null): FenceState => {
  if (checkpoint === null) return START;
  const { claim, seq, offset, timeMs, commandOffset, commandId } = checkpoint;
  return { claim, seq, next: offset + 1n, timeMs, commandOffset, commandId };
};

/** null before the first claim: nothing has been passed that could be recognized again. */
export const checkpointOf = (partition: number, fence: FenceState): Checkpoint | null => {
  if (fence.claim === null) return null;
  const { claim, seq, next, timeMs, commandOffset, commandId } = fence;
  return { partition, offset: next - 1n, claim, seq, timeMs, commandOffset, commandId };
};

export interface PassedRecord {
  readonly fence: FenceState;
  readonly verdict: FenceVerdict;
}

/**
 * Passes one record under the reader rules.
 * @throws LogCorrupted a gap in seq or an unreadable record
 * @throws UnknownEventType | UnknownEventVersion an event that counts is never skipped
 */
export const passRecord = (fence: FenceState, record: LogRecord, partition: number): PassedRecord => {
  const wire = wireOf(record, partition);
  const verdict = verdictOf(wire, fence, { partition, offset: record.offset });
  const claim = verdict.kind === 'claim' ? wire.claim : fence.claim;
  const seq = verdict.kind === 'event' ? verdict.event.seq : fence.seq;
  const event = verdict.kind === 'event' ? verdict.event : undefined;
  return { fence: fenceAfter({ ...fence, claim, seq }, record, event), verdict };
};

export interface PassedRecords {
  readonly fence: FenceState;
  /** Those that count, in order. */
  readonly events: readonly StoredEvent[];
}

/** `passRecord` over many at once, without a state object per record: the hot path of every reader. */
export const passRecords = (fence: FenceState, records: readonly LogRecord[], partition: number): PassedRecords => {
  let { claim, seq } = fence;
  const events: StoredEvent[] = [];
  for (const record of records) {
    const wire = wireOf(record, partition);
    const verdict = verdictOf(wire, { claim, seq }, { partition, offset: record.offset });
    if (verdict.kind === 'claim') claim = wire.claim;
    if (verdict.kind !== 'event') continue;
    seq = verdict.event.seq;
    events.push(verdict.event);
  }
  const last = records.at(-1);
  return { fence: last === undefined ? fence : fenceAfter({ ...fence, claim, seq }, last, events.at(-1)), events };
};

const VOID: FenceVerdict = { kind: 'void' };
const DUPLICATE: FenceVerdict = { kind: 'duplicate' };

/**
 * Rules 1 to 3. Ids are compared, never offsets; the type of a void record may be unknown to us. A claim counts only
 * right after the one it names, so that none becomes current twice, however late a copy of it arrives.
 */
const verdictOf = (wire: WireEvent, fence: Pick<FenceState, 'claim' | 'seq'>, place: EventPlace): FenceVerdict => {
  if (isClaim(wire)) return claimVerdictOf(wire, fence, place);
  if (wire.claim !== fence.claim) return VOID;
  const seq = readAt(place, () => seqOf(wire));
  if (seq <= fence.seq) return DUPLICATE;
  if (seq > fence.seq + 1) {
    throw new LogCorrupted(place.partition, place.offset, `seq ${seq} follows ${fence.seq}: records are missing`);
  }
  return { kind: 'event', event: readAt(place, () => storedEventOf(wire, seq, place)) };
};

/** What counted since the claim's writer looked came by one record each; else this reader has passed other records. */
const claimVerdictOf = (wire: WireEvent, fence: Pick<FenceState, 'claim' | 'seq'>, place: EventPlace): FenceVerdict => {
  const { by, after, seq, end } = readAt(place, () => statedClaimOf(wire));
  if (after !== fence.claim) return VOID;
  if (seq > fence.seq || BigInt(fence.seq - seq) > place.offset - end) {
    const counted = `its writer says that seq ${seq} counts last before offset ${end}, here ${fence.seq} does`;
    throw new LogCorrupted(place.partition, place.offset, `${counted}: one of the two has read another log`);
  }
  return { kind: 'claim', by };
};

const fenceAfter = (fence: FenceState, last: LogRecord, event: StoredEvent | undefined): FenceState => {
  const next = last.offset + 1n;
  if (event === undefined) return { ...fence, next };
  const { commandOffset, commandId } = event;
  return { claim: fence.claim, seq: fence.seq, next, timeMs: epochMsOf(event.time), commandOffset, commandId };
};

const wireOf = ({ event, value, offset }: LogRecord, partition: number): WireEvent =>
  event ?? readAt({ partition, offset }, () => parseEvent(value.toString()));

const readAt = <T>({ partition, offset }: EventPlace, read: () => T): T => {
  try {
    return read();
  } catch (error) {
    throw error instanceof EventUnreadable ? new LogCorrupted(partition, offset, error.message, error) : error;
  }
};
