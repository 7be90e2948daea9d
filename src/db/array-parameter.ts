/** What the elements of an array may be, as the statement casts the parameter: `$1::uuid[]`. */
export type ElementType =
  'uuid' | 'text' | 'bigint' | 'int' | 'smallint' | 'double precision' | 'boolean' | 'timestamptz' | 'bytea';

/** `uuid` takes text of 36 characters, `timestamptz` an instant in milliseconds, `bigint` a safe number or a bigint. */
export type Element = string | number | bigint | boolean | Uint8Array | null | undefined;

/**
 * An array as a parameter, in PostgreSQL's binary format: as text the server would look at every character of it, and
 * parse every number, id and time anew. Becomes bytes when the statement is sent.
 */
export class ArrayParameter {
  constructor(
    readonly type: ElementType,
    readonly values: readonly Element[],
  ) {}

  /** `pg` asks for it. @throws RangeError an element is none of the type */
  toPostgres(): Buffer {
    return encodeArray(this.type, this.values);
  }
}
export const arrayOf = (type: ElementType, values: readonly Element[]): ArrayParameter =>
  new ArrayParameter(type, values);

/** One value of each. */
export const columnOf = <Item>(
  type: ElementType,
  items: readonly Item[],
  value: (item: Item) => Element,
): ArrayParameter => new ArrayParameter(type, items.map(value));

interface Codec {
  /** Of the type, in PostgreSQL's catalogue. */
  readonly oid: number;
  /** Bytes that the element takes. */
  readonly size: (value: NonNullable<Element>) => number;
  readonly write: (to: Buffer, at: number, value: NonNullable<Element>) => void;
}

const HEADER_BYTES = 20;
const LENGTH_BYTES = 4;
const NULL_LENGTH = -1;

/** Dimensions (one, or none when it is empty), whether there are nulls, the type, the length, the first index; elements. */
const encodeArray = (type: ElementType, values: readonly Element[]): Buffer => {
  const { oid, size, write } = CODECS[type];
  const sizes = values.map((value) => (value === null || value === undefined ? NULL_LENGTH : size(value)));
  const bytes = sizes.reduce((sum, length) => sum + LENGTH_BYTES + Math.max(length, 0), HEADER_BYTES);
  const to = Buffer.allocUnsafe(bytes);
  to.writeInt32BE(values.length === 0 ? 0 : 1, 0);
  to.writeInt32BE(sizes.includes(NULL_LENGTH) ? 1 : 0, 4);
  to.writeInt32BE(oid, 8);
  to.writeInt32BE(values.length, 12);
  to.writeInt32BE(1, 16);
  let at = HEADER_BYTES;
  for (let index = 0; index < values.length; index += 1) {
    const length = sizes[index] as number;
    at = to.writeInt32BE(length, at);
    if (length === NULL_LENGTH) continue;
    write(to, at, values[index] as NonNullable<Element>);
    at += length;
  }
  return values.length === 0 ? to.subarray(0, HEADER_BYTES - 8) : to;
};

/** Longer ones are written faster by native code. */
const SHORT_TEXT = 48;

const writeText = (to: Buffer, at: number, text: string): void => {
  if (text.length > SHORT_TEXT) return void to.write(text, at);
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code > 0x7f) return void to.write(text, at);
    to[at + index] = code;
  }
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

const writeUuid = (to: Buffer, at: number, text: string): void => {
  const hasForm = text.length === UUID_LENGTH && DASH_PLACES.every((place) => text.charCodeAt(place) === DASH);
  let wrong = hasForm ? 0 : NO_DIGIT;
  for (let index = 0; index < BYTE_PLACES.length; index += 1) {
    const place = BYTE_PLACES[index] as number;
    const high = HEX_DIGITS[text.charCodeAt(place)] ?? NO_DIGIT;
    const low = HEX_DIGITS[text.charCodeAt(place + 1)] ?? NO_DIGIT;
    wrong |= high | low;
    to[at + index] = (high << 4) | low;
  }
  if (wrong >= NO_DIGIT) throw new RangeError(`not a UUID: ${text}`);
};

const TWO_TO_32 = 2 ** 32;

const writeInt64 = (to: Buffer, at: number, value: number | bigint): void => {
  if (typeof value === 'bigint') return void to.writeBigInt64BE(value, at);
  if (!Number.isSafeInteger(value)) throw new RangeError(`not a whole number that is exact: ${value}`);
  to.writeInt32BE(Math.floor(value / TWO_TO_32), at);
  to.writeUInt32BE(value >>> 0, at + 4);
};

/** PostgreSQL counts microseconds from here. */
const EPOCH_MS = Date.UTC(2000, 0, 1);

/** Rows of one batch mostly have the same few times, one after the other. */
let last: { readonly instant: string; readonly micros: number | bigint } = {
  instant: '2000-01-01T00:00:00.000Z',
  micros: 0,
};

const microsOf = (instant: string): number | bigint => {
  if (instant !== last.instant) last = { instant, micros: parsedMicrosOf(instant) };
  return last.micros;
};

const parsedMicrosOf = (instant: string): number | bigint => {
  const ms = Date.parse(instant) - EPOCH_MS;
  if (Number.isNaN(ms)) throw new RangeError(`not an instant: ${instant}`);
  const micros = ms * 1000;
  return Number.isSafeInteger(micros) ? micros : BigInt(ms) * 1000n; // From the year 2285 on.
};

const whole = (value: number): number => {
  if (!Number.isInteger(value)) throw new RangeError(`not a whole number: ${value}`);
  return value;
};

const fixed = <V extends NonNullable<Element>>(
  oid: number,
  bytes: number,
  write: (to: Buffer, at: number, value: V) => void,
): Codec => ({ oid, size: () => bytes, write: write as Codec['write'] });

const CODECS: Readonly<Record<ElementType, Codec>> = {
  boolean: fixed<boolean>(16, 1, (to, at, value) => void to.writeUInt8(value ? 1 : 0, at)),
  bytea: {
    oid: 17,
    size: (value) => (value as Uint8Array).length,
    write: (to, at, value) => to.set(value as Uint8Array, at),
  },
  bigint: fixed<number | bigint>(20, 8, writeInt64),
  smallint: fixed<number>(21, 2, (to, at, value) => void to.writeInt16BE(whole(value), at)),
  int: fixed<number>(23, 4, (to, at, value) => void to.writeInt32BE(whole(value), at)),
  text: {
    oid: 25,
    size: (value) => Buffer.byteLength(value as string),
    write: (to, at, value) => writeText(to, at, value as string),
  },
  'double precision': fixed<number>(701, 8, (to, at, value) => void to.writeDoubleBE(value, at)),
  timestamptz: fixed<string>(1184, 8, (to, at, value) => writeInt64(to, at, microsOf(value))),
  uuid: fixed<string>(2950, 16, writeUuid),
};
