import { isClaim, parseEvent, statedClaimOf } from '../events/codec.js';
import type { StoredEvent } from '../events/event.js';
import type { Checkpoint } from './checkpoint.js';
import { LogWentBack } from './errors.js';
import { passRecords, type FenceState } from './fence.js';
import { OffsetOutOfRange, type Log, type LogRecord, type LogSlice } from './log.js';

/** One partition of `tributary.events`. */
export interface EventsPartition {
  readonly log: Log;
  /** Name of the events topic. */
  readonly topic: string;
  readonly partition: number;
}

/** How far the check looks back at a time for a record that it can recognize. */
const LOOK_BACK_RECORDS = 500n;

/**
 * Reads the checkpoint's record again: it has to be the one that was passed (DESIGN §2.2, "the log may go backwards").
 * A void record says nothing about the claim that was current, so the check goes back to the last one of that claim.
 * @throws LogWentBack
 */
export const verifyCheckpoint = async (events: EventsPartition, checkpoint: Checkpoint): Promise<void> => {
  const { offset, claim, seq } = checkpoint;
  for (let before = offset + 1n, from = offset; ;) {
    const records = await recordsBetween(events, from, before);
    if (before > offset && records.at(-1)?.offset !== offset) throw wentBack(checkpoint, 'is missing');
    const known = records.findLastIndex((record) => wireOf(record)?.claim === claim);
    if (records.slice(known + 1).some((record) => follows(record, claim))) throw wentBack(checkpoint, 'is another one');
    if (known >= 0) return requireKnown(records[known], checkpoint);
    if (from === 0n) throw wentBack(checkpoint, `is another one (claim ${claim}, seq ${seq} is nowhere before it)`);
    before = from;
    from = from > LOOK_BACK_RECORDS ? from - LOOK_BACK_RECORDS : 0n;
  }
};

const requireKnown = (record: LogRecord | undefined, checkpoint: Checkpoint): void => {
  const wire = record === undefined ? null : wireOf(record);
  // A late duplicate may stand last, never a record that the reader has not applied.
  if (wire !== null && !isClaim(wire) && Number(wire.seq) > checkpoint.seq)
    throw wentBack(checkpoint, 'is another one');
};

/** A claim right after the one that was current at the checkpoint must not stand before it. */
const follows = (record: LogRecord, claim: string): boolean => {
  const wire = wireOf(record);
  return wire !== null && isClaim(wire) && wire.claim !== claim && statedClaimOf(wire).after === claim;
};

const wireOf = (record: LogRecord) => {
  try {
    return parseEvent(record.value.toString());
  } catch {
    return null; // Unreadable here means "not the record we passed": the caller says so.
  }
};

const wentBack = ({ partition, offset, claim, seq }: Checkpoint, what: string): LogWentBack =>
  new LogWentBack(partition, `the record at offset ${offset}, passed as claim ${claim} seq ${seq}, ${what}`);

/** All records from `from` up to but not including `before`, or what there is of them. */
const recordsBetween = async (events: EventsPartition, from: bigint, before: bigint): Promise<readonly LogRecord[]> => {
  const found: LogRecord[] = [];
  for (let next = from; next < before;) {
    const slice = await readPassed(events, next);
    if (slice.next === next) break;
    found.push(...slice.records.filter((record) => record.offset < before));
    next = slice.next;
  }
  return found;
};

/** Reads where this reader has been before: an offset outside of the log means that the log went back. */
export const readPassed = async ({ log, topic, partition }: EventsPartition, from: bigint): Promise<LogSlice> => {
  try {
    return await log.read(topic, partition, from);
  } catch (error) {
    if (!(error instanceof OffsetOutOfRange)) throw error;
    throw new LogWentBack(partition, `it holds ${error.range.start}..${error.range.end}, offset ${from} is needed`);
  }
};

/**
 * Passes everything up to and including `last`, a slice at a time. `apply` gets the events that count.
 * @throws LogWentBack the log ends before `last`
 */
export const passThrough = async (
  events: EventsPartition,
  span: { readonly fence: FenceState; readonly last: bigint },
  apply: (events: readonly StoredEvent[]) => void | Promise<void>,
): Promise<FenceState> => {
  let { fence } = span;
  while (fence.next <= span.last) {
    const slice = await readPassed(events, fence.next);
    const records = slice.records.filter((record) => record.offset <= span.last);
    if (records.length === 0) throw new LogWentBack(events.partition, `it ends at ${slice.end}, before ${span.last}`);
    const passed = passRecords(fence, records, events.partition);
    if (passed.events.length > 0) await apply(passed.events);
    fence = passed.fence;
  }
  return fence;
};
