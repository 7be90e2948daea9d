/** Zig-zag variable-length integers of Kafka's record format. Doubles carry them: exact up to 2^53. */
const zigZag = (value: number): number => (value >= 0 ? value * 2 : -value * 2 - 1);

export const varintBytes = (value: number): number => {
  let rest = zigZag(value);
  let bytes = 1;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes += 1;
  return bytes;
};

/** Returns the position after what was written. */
export const writeVarint = (into: Buffer, start: number, value: number): number => {
  let at = start;
  let rest = zigZag(value);
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) {
    into[at] = (rest % 0x80) | 0x80;
    at += 1;
  }
  into[at] = rest;
  return at + 1;
};

/** Reads forward through a buffer; whoever uses it may move `at`. */
export class VarintReader {
  at = 0;

  constructor(private readonly buffer: Buffer) {}

  varint(): number {
    let value = 0;
    let scale = 1;
    let byte = this.next();
    for (; byte >= 0x80; byte = this.next()) {
      value += (byte & 0x7f) * scale;
      scale *= 0x80;
    }
    value += byte * scale;
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  /** A view on a length-prefixed value; null when the length is -1. */
  bytes(): Buffer | null {
    const length = this.varint();
    if (length < 0) return null;
    this.at += length;
    return this.buffer.subarray(this.at - length, this.at);
  }

  private next(): number {
    const byte = this.buffer[this.at];
    if (byte === undefined) throw new RangeError('a record ends before its last field');
    this.at += 1;
    return byte;
  }
}
