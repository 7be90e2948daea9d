import type { OrgId } from '../domain/kernel/ids.js';
import { instantOf, type Instant } from '../domain/kernel/instant.js';
import { dataVersionOf } from './catalogue.js';
import type { PartitionClaimed } from './command.events.js';
import type { DomainEvent, EventType, StoredEvent } from './event.js';
import { upcast } from './upcasters.js';

/** A decided event before the owner of the partition stamps it with its claim and seq. */
export type PendingEvent = DomainEvent & {
  readonly orgId: OrgId;
  /** The command's broker time, never earlier than that of the event before. */
  readonly timeMs: number;
  readonly commandOffset: bigint;
  readonly commandId: string;
  readonly correlationId: string;
  /** For `dataJsonOf` alone: a copy with other data must not take it along. */
  dataJson?: string | undefined;
};

/** The data as it will stand in the log; kept with the event, because its size is asked for before it is written. */
export const dataJsonOf = (event: PendingEvent): string => (event.dataJson ??= JSON.stringify(event.data));

/** Who wrote an event, and its place in the dense order of the partition (DESIGN §2.2). */
export interface EventStamp {
  readonly partition: number;
  readonly claim: string;
  readonly seq: number;
}

/** A record as it stands in `tributary.events` (DESIGN §2.4): CloudEvents 1.0, attributes in lower case. */
export interface WireEvent {
  readonly id: string;
  readonly type: string;
  readonly subject: string;
  readonly time: Instant;
  readonly claim: string;
  readonly dataversion: number;
  readonly data: unknown;
  /** Absent on `PartitionClaimed`, like the four below. */
  readonly seq?: string;
  readonly orgid?: string;
  readonly commandoffset?: string;
  readonly commandid?: string;
  readonly correlationid?: string;
}

export class EventUnreadable extends Error {
  override readonly name = 'EventUnreadable';
}

const CLAIM_TYPE = 'PartitionClaimed' satisfies EventType;
const SOURCE = '/tributary';
const OFFSET = /^\d{1,19}$/;
const HEAD = `{"specversion":"1.0","id":"`;

/**
 * One event as text. Concatenation, because the envelope is the same for all and only three of its parts come from
 * outside and need quoting.
 */
export const encodeEvent = (event: PendingEvent, stamp: EventStamp): string =>
  `${HEAD}${stamp.partition}-${stamp.claim}-${stamp.seq}","source":"${SOURCE}","type":"${event.type}",` +
  `"subject":${JSON.stringify(event.subject)},"time":"${instantOf(event.timeMs)}",` +
  `"orgid":${JSON.stringify(event.orgId)},"claim":"${stamp.claim}","seq":"${stamp.seq}",` +
  `"commandoffset":"${event.commandOffset}","commandid":${JSON.stringify(event.commandId)},` +
  `"correlationid":${JSON.stringify(event.correlationId)},"dataversion":${dataVersionOf(event.type)},"data":${dataJsonOf(event)}}`;

/** Keys, punctuation and source of an envelope (190 characters), and its numbers and time at their longest. */
const FIXED_BYTES_MAX = 280;
/** A character that has to be escaped, or is not ASCII, takes at most this many bytes. */
const ESCAPED_BYTES_MAX = 6;
/** What JSON takes as it is. */
const PLAIN = /^[ !#-[\]-~]*$/;

/** Upper bound of what `encodeEvent` adds to the data. */
export const envelopeBytesMax = (event: PendingEvent, claim: string): number =>
  FIXED_BYTES_MAX +
  event.type.length +
  2 * claim.length +
  quotedBytesMax(event.subject) +
  quotedBytesMax(event.orgId) +
  quotedBytesMax(event.commandId) +
  quotedBytesMax(event.correlationId);

const quotedBytesMax = (text: string): number => 2 + text.length * (PLAIN.test(text) ? 1 : ESCAPED_BYTES_MAX);

/** The same event as a reader parses it. */
export const wireEventOf = (event: PendingEvent, { partition, claim, seq }: EventStamp): WireEvent => ({
  id: `${partition}-${claim}-${seq}`,
  type: event.type,
  subject: event.subject,
  time: instantOf(event.timeMs),
  claim,
  dataversion: dataVersionOf(event.type),
  data: event.data,
  seq: String(seq),
  orgid: event.orgId,
  commandoffset: String(event.commandOffset),
  commandid: event.commandId,
  correlationid: event.correlationId,
});

/** The claim record of a new owner, or its renewal (`renewal` 1, 2, 3 …; 0 the first). It has no seq. */
export interface ClaimRecord {
  readonly partition: number;
  readonly claim: string;
  readonly renewal: number;
  readonly timeMs: number;
  readonly data: PartitionClaimed;
}

export const encodeClaim = ({ partition, claim, renewal, timeMs, data }: ClaimRecord): string =>
  `${HEAD}${partition}-${claim}-c${renewal}","source":"${SOURCE}","type":"${CLAIM_TYPE}",` +
  `"subject":"partition/${partition}","time":"${instantOf(timeMs)}","claim":${JSON.stringify(claim)},` +
  `"dataversion":${dataVersionOf(CLAIM_TYPE)},"data":${JSON.stringify(data)}}`;

/**
 * The envelope, checked as far as the reader rules need it: a void record of an unknown type is still only void.
 * @throws EventUnreadable
 */
export const parseEvent = (text: string): WireEvent => {
  const wire = parseJson(text);
  if (typeof wire.claim !== 'string' || typeof wire.type !== 'string' || typeof wire.dataversion !== 'number') {
    throw new EventUnreadable('claim, type or dataversion is missing');
  }
  return wire as WireEvent;
};

const parseJson = (text: string): Partial<WireEvent> => {
  try {
    return Object(JSON.parse(text)) as Partial<WireEvent>;
  } catch (error) {
    throw new EventUnreadable('not JSON', { cause: error });
  }
};

export const isClaim = (wire: WireEvent): boolean => wire.type === CLAIM_TYPE;

/** What a claim says, its offset as a number that can be compared. */
export type StatedClaim = Omit<PartitionClaimed, 'end'> & { readonly end: bigint };

/** @throws EventUnreadable */
export const statedClaimOf = (wire: WireEvent): StatedClaim => {
  const { by, after, seq, end } = Object(wire.data) as Partial<PartitionClaimed>;
  const follows = typeof after === 'string' || after === null;
  const stands = Number.isSafeInteger(seq) && typeof end === 'string' && OFFSET.test(end);
  if (!follows || !stands) throw new EventUnreadable('a claim has to say what it follows, and where');
  return { by: String(by), after, seq: Number(seq), end: BigInt(end) };
};

/** @throws EventUnreadable */
export const seqOf = (wire: WireEvent): number => {
  const seq = Number(wire.seq);
  if (!Number.isSafeInteger(seq) || seq < 1) throw new EventUnreadable(`seq ${wire.seq} is not a positive integer`);
  return seq;
};

/** Where a record was read. */
export interface EventPlace {
  readonly partition: number;
  readonly offset: bigint;
}

/**
 * The event behind a record that counts, in the current version of its data.
 * @throws UnknownEventType | UnknownEventVersion | EventUnreadable
 */
export const storedEventOf = (wire: WireEvent, seq: number, { partition, offset }: EventPlace): StoredEvent => {
  const current = dataVersionOf(wire.type);
  const { type, data, dataversion } = wire;
  if (wire.orgid === undefined || wire.commandoffset === undefined) throw new EventUnreadable('attributes are missing');
  return {
    type,
    subject: wire.subject,
    data: dataversion === current ? data : upcast({ type, version: dataversion, data }, current),
    id: wire.id,
    orgId: wire.orgid,
    time: wire.time,
    partition,
    offset,
    claim: wire.claim,
    seq,
    commandOffset: BigInt(wire.commandoffset),
    commandId: wire.commandid,
    correlationId: wire.correlationid,
  } as StoredEvent;
};

/** Reads one record whatever its claim; `null` for a claim record. For tools and tests: readers go through the fence. */
export const decodeEvent = (text: string, place: EventPlace): StoredEvent | null => {
  const wire = parseEvent(text);
  return isClaim(wire) ? null : storedEventOf(wire, seqOf(wire), place);
};
