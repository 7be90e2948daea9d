import fc from 'fast-check';
import { crc32c } from '../../../src/log/kafka/crc32c.js';
import { decodeRecordSet, encodeBatch, UnreadableBatch } from '../../../src/log/kafka/record-batch.js';

const T0 = Date.UTC(2026, 10, 21);
const ATTRIBUTES_AT = 21;
const CONTROL = 0x20;
const LOG_APPEND_TIME = 0x08;

const record = (text: string) => ({ key: `key-${text}`, value: Buffer.from(text) });
const batchOf = (texts: readonly string[], base = 0n) => rewritten(encodeBatch(texts.map(record), T0), { base });

/** A batch as the broker stores it: with its base offset, and whatever else the broker has set. */
const rewritten = (batch: Buffer, change: { base?: bigint; attributes?: number; maxTimestamp?: number }): Buffer => {
  const copy = Buffer.from(batch);
  if (change.base !== undefined) copy.writeBigInt64BE(change.base, 0);
  if (change.attributes !== undefined) copy.writeInt16BE(change.attributes, ATTRIBUTES_AT);
  if (change.maxTimestamp !== undefined) copy.writeBigInt64BE(BigInt(change.maxTimestamp), 35);
  copy.writeUInt32BE(crc32c(copy, ATTRIBUTES_AT, copy.length), 17);
  return copy;
};
const textsOf = (set: Buffer, from = 0n) => decodeRecordSet(set, from).records.map(({ value }) => value.toString());

/** The checksum as its definition says. */
const bitByBit = (bytes: Buffer): number => {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
};

describe('a record batch', () => {
  it('comes back as it was written, whatever the keys, values and content types', () => {
    const outgoing = fc.record({
      key: fc.string({ unit: 'binary', maxLength: 200 }),
      value: fc.uint8Array({ maxLength: 20_000 }).map((bytes) => Buffer.from(bytes)),
      contentType: fc.constantFrom('application/json', 'application/cloudevents+json'),
    });
    const base = fc.bigInt({ min: 0n, max: 2n ** 60n });
    fc.assert(
      fc.property(fc.array(outgoing, { minLength: 1, maxLength: 300 }), base, (records, first) => {
        const { records: read, next } = decodeRecordSet(rewritten(encodeBatch(records, T0), { base: first }), first);
        expect(next).toBe(first + BigInt(records.length));
        expect(read).toEqual(
          records.map(({ key, value }, index) => ({
            offset: first + BigInt(index),
            timestampMs: T0,
            key: Buffer.from(key).toString(),
            value,
          })),
        );
      }),
      { numRuns: 50 },
    );
  });

  it('has the checksum of the Castagnoli polynomial', () => {
    // The check value of every CRC catalogue, and lengths around the eight bytes of a step.
    expect(crc32c(Buffer.from('123456789'), 0, 9)).toBe(0xe3069283);
    expect(crc32c(Buffer.alloc(32), 0, 32)).toBe(0x8a9136aa);
    expect(crc32c(Buffer.from('..123456789..'), 2, 11)).toBe(0xe3069283);
    expect(crc32c(Buffer.alloc(0), 0, 0)).toBe(0);
    const bytes = Buffer.from(Array.from({ length: 40 }, (_, index) => (index * 37) & 0xff));
    for (let length = 0; length <= 24; length += 1) {
      expect(crc32c(bytes, 5, 5 + length)).toBe(bitByBit(bytes.subarray(5, 5 + length)));
    }
    expect(crc32c(bytes.subarray(0, 8), 0, 16)).toBe(bitByBit(bytes.subarray(0, 8))); // Never what lies behind it.
  });

  it('is refused when a single bit of it has changed', () => {
    const batch = batchOf(['some money']);
    for (let at = ATTRIBUTES_AT; at < batch.length; at += 1) {
      const broken = Buffer.from(batch);
      broken[at] = (broken[at] ?? 0) ^ 1;
      expect(() => decodeRecordSet(broken, 0n)).toThrow(UnreadableBatch);
    }
  });

  it('has the time of the broker when the broker stamps it', () => {
    const stamped = rewritten(batchOf(['a', 'b']), { attributes: LOG_APPEND_TIME, maxTimestamp: T0 + 5 });
    expect(decodeRecordSet(stamped, 0n).records.map(({ timestampMs }) => timestampMs)).toEqual([T0 + 5, T0 + 5]);
  });

  it('is refused when it is compressed with a codec that nobody here speaks', () => {
    const snappy = rewritten(batchOf(['a']), { attributes: 2 });
    expect(() => decodeRecordSet(snappy, 0n)).toThrow(/codec 2/);
  });
});

describe('a fetched record set', () => {
  it('starts at the offset asked for, in the middle of a batch too', () => {
    const set = Buffer.concat([batchOf(['a', 'b', 'c']), batchOf(['d'], 3n)]);
    expect(textsOf(set, 2n)).toEqual(['c', 'd']);
  });

  it('leaves a batch that is cut off to the next fetch', () => {
    const whole = batchOf(['a', 'b']);
    const cut = batchOf(['c', 'd'], 2n);
    for (let length = 0; length < cut.length; length += 1) {
      const { records, next } = decodeRecordSet(Buffer.concat([whole, cut.subarray(0, length)]), 0n);
      expect([records.length, next]).toEqual([2, 2n]);
    }
  });

  it('is passed even when nothing in it can be seen', () => {
    const control = rewritten(batchOf(['marker'], 7n), { attributes: CONTROL });
    expect(decodeRecordSet(control, 7n)).toEqual({ records: [], next: 8n });
    expect(textsOf(Buffer.concat([control, batchOf(['a'], 8n)]), 7n)).toEqual(['a']);
  });
});
