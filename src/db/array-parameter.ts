import type { Instant } from '../domain/kernel/instant.js';

/** What the elements of an array may be, as the statement casts the parameter (`$1::uuid[]`), and what they are here. */
export interface ValueByType {
  /** 36 characters. */
  uuid: string;
  text: string;
  /** A number has to be a safe integer. */
  bigint: number | bigint;
  int: number;
  smallint: number;
  'double precision': number;
  boolean: boolean;
  timestamptz: Instant;
  bytea: Uint8Array;
}
export type ElementType = keyof ValueByType;
export type Element<T extends ElementType = ElementType> = ValueByType[T] | null | undefined;

/**
 * An array as a parameter, in PostgreSQL's binary format: as text the server would look at every character of it, and
 * parse every number, id and time anew. `Database` makes the bytes when the statement is sent, in slices; a client of
 * `pg` that knows nothing of it does so by `toPostgres`.
 */
export class ArrayParameter {
  /** By `arrayOf`, `columnOf` and the tables of read models: they have the compiler see to the type of the values. */
  constructor(
    readonly type: ElementType,
    readonly values: readonly Element[],
  ) {}

  /** @throws RangeError that names the element which is none of the type */
  toPostgres(): Buffer {
    return encodeArray(this.type, this.values);
  }
}
export const arrayOf = <T extends ElementType>(type: T, values: readonly Element<T>[]): ArrayParameter =>
  new ArrayParameter(type, values);

/** One value of each. */
export const columnOf = <T extends ElementType, Item>(
  type: T,
  items: readonly Item[],
  value: (item: Item) => Element<T>,
): ArrayParameter => arrayOf(type, items.map(value));

interface Codec {
  /** Of the type, in PostgreSQL's catalogue. */
  readonly oid: number;
  /** That the element takes; null: it says itself. */
  readonly bytes: number | null;
  /** False when the value is none of the type. */
  readonly write: (to: Buffer, at: number, value: unknown) => boolean;
}

const HEADER_BYTES = 20;
const LENGTH_BYTES = 4;
const NULL_LENGTH = -1;

/** Dimensions, whether there are nulls, the type, the length, the first index; then the elements. */
const encodeArray = (type: ElementType, values: readonly Element[]): Buffer => {
  const { oid, bytes, write } = CODECS[type];
  if (values.length === 0) return emptyOf(oid);
  const lengths = values.map((value) =>
    value === null || value === undefined ? NULL_LENGTH : (bytes ?? lengthOf(value)),
  );
  const elements = lengths.reduce((sum, length) => sum + LENGTH_BYTES + Math.max(length, 0), 0);
  const to = Buffer.allocUnsafe(HEADER_BYTES + elements);
  to.writeInt32BE(1, 0);
  to.writeInt32BE(lengths.includes(NULL_LENGTH) ? 1 : 0, 4);
  to.writeInt32BE(oid, 8);
  to.writeInt32BE(values.length, 12);
  to.writeInt32BE(1, 16);
  let at = HEADER_BYTES;
  for (let index = 0; index < lengths.length; index += 1) {
    const length = lengths[index] as number;
    at = to.writeInt32BE(length, at);
    if (length === NULL_LENGTH) continue;
    if (!write(to, at, values[index])) throw new RangeError(`element ${index} of ${values.length} is no ${type}`);
    at += length;
  }
  return to;
};

/** No dimensions, no nulls. */
const emptyOf = (oid: number): Buffer => {
  const to = Buffer.alloc(12);
  to.writeInt32BE(oid, 8);
  return to;
};

const lengthOf = (value: unknown): number => {
  if (typeof value === 'string') return Buffer.byteLength(value);
  return ArrayBuffer.isView(value) ? value.byteLength : 0;
};

/** Longer ones are written faster by native code. */
const SHORT_TEXT = 48;
const ASCII_MAX = 0x7f;

const writeText = (to: Buffer, at: number, text: unknown): boolean => {
  if (typeof text !== 'string') return false;
  if (!writeShort(to, at, text)) to.write(text, at);
  return true;
};

/** False when it is not short, or not plain: then what was written counts for nothing. */
const writeShort = (to: Buffer, at: number, text: string): boolean => {
  if (text.length > SHORT_TEXT) return false;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code > ASCII_MAX) return false;
    to[at + index] = code;
  }
  return true;
};

const writeBytes = (to: Buffer, at: number, bytes: unknown): boolean => {
  if (!(bytes instanceof Uint8Array)) return false;
  to.set(bytes, at);
  return true;
};

const NO_DIGIT = 16;
/** By character code. */
const HEX_DIGITS = Uint8Array.from({ length: 128 }, (_, code) => {
  const digit = Number.parseInt(String.fromCharCode(code), 16);
  return Number.isNaN(digit) ? NO_DIGIT : digit;
});
const DASH = 45;
/** Where dashes stand in a UUID, and where the two digits of each byte begin. */
const DASH_PLACES = [8, 13, 18, 23];
const BYTE_PLACES = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34];
const UUID_LENGTH = 36;

const writeUuid = (to: Buffer, at: number, text: unknown): boolean => {
  if (typeof text !== 'string' || text.length !== UUID_LENGTH) return false;
  for (const place of DASH_PLACES) if (text.charCodeAt(place) !== DASH) return false;
  let seen = 0;
  for (let index = 0; index < BYTE_PLACES.length; index += 1) {
    const place = BYTE_PLACES[index] as number;
    const high = HEX_DIGITS[text.charCodeAt(place)] ?? NO_DIGIT;
    const low = HEX_DIGITS[text.charCodeAt(place + 1)] ?? NO_DIGIT;
    seen |= high | low;
    to[at + index] = (high << 4) | low;
  }
  return seen < NO_DIGIT;
};

const TWO_TO_32 = 2 ** 32;

const writeInt64 = (to: Buffer, at: number, value: unknown): boolean => {
  if (typeof value === 'bigint' && BigInt.asIntN(64, value) === value) {
    to.writeBigInt64BE(value, at);
    return true;
  }
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) return false;
  to.writeInt32BE(Math.floor(value / TWO_TO_32), at);
  to.writeUInt32BE(value >>> 0, at + 4);
  return true;
};

const writeInt32 = (to: Buffer, at: number, value: unknown): boolean => {
  if (typeof value !== 'number' || value !== value << 0) return false;
  to.writeInt32BE(value, at);
  return true;
};

const writeInt16 = (to: Buffer, at: number, value: unknown): boolean => {
  if (typeof value !== 'number' || value !== (value << 16) >> 16) return false;
  to.writeInt16BE(value, at);
  return true;
};

const writeDouble = (to: Buffer, at: number, value: unknown): boolean => {
  if (typeof value !== 'number') return false;
  to.writeDoubleBE(value + 0, at); // No -0: JSON.stringify writes none, and rows made from the log have to be the same.
  return true;
};

const writeBoolean = (to: Buffer, at: number, value: unknown): boolean => {
  to[at] = value === true ? 1 : 0;
  return typeof value === 'boolean';
};

/** PostgreSQL counts microseconds from here. */
const EPOCH_MS = Date.UTC(2000, 0, 1);

/** Rows of one batch mostly have the same few times, one after the other. */
let last: { readonly instant: unknown; readonly micros: number | bigint | null } = { instant: null, micros: null };

const writeInstant = (to: Buffer, at: number, instant: unknown): boolean => {
  if (instant !== last.instant) last = { instant, micros: microsOf(instant) };
  return writeInt64(to, at, last.micros);
};

/** null: it is none, or not written as in events. */
const microsOf = (instant: unknown): number | bigint | null => {
  const ms = typeof instant === 'string' ? Date.parse(instant) : NaN;
  if (Number.isNaN(ms) || new Date(ms).toISOString() !== instant) return null;
  const micros = (ms - EPOCH_MS) * 1000;
  return Number.isSafeInteger(micros) ? micros : BigInt(ms - EPOCH_MS) * 1000n; // Before 1714 and from 2285 on.
};

const CODECS: Readonly<Record<ElementType, Codec>> = {
  boolean: { oid: 16, bytes: 1, write: writeBoolean },
  bytea: { oid: 17, bytes: null, write: writeBytes },
  bigint: { oid: 20, bytes: 8, write: writeInt64 },
  smallint: { oid: 21, bytes: 2, write: writeInt16 },
  int: { oid: 23, bytes: 4, write: writeInt32 },
  text: { oid: 25, bytes: null, write: writeText },
  'double precision': { oid: 701, bytes: 8, write: writeDouble },
  timestamptz: { oid: 1184, bytes: 8, write: writeInstant },
  uuid: { oid: 2950, bytes: 16, write: writeUuid },
};
