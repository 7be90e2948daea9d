import { gunzipSync } from 'node:zlib';
import type { LogRecord, OutgoingRecord } from '../log.js';
import { crc32c } from './crc32c.js';
import { VarintReader, varintBytes, writeVarint } from './varint.js';

/**
 * Kafka's record batch, format 2 (https://kafka.apache.org/documentation/#recordbatch). Own code, because kafkajs
 * checks no checksum, drops the batch's last offset (so a reader gets stuck behind a batch without visible records,
 * tulios/kafkajs#1072) and allocates a Long and several buffers per record.
 */
const HEADER_BYTES = 61;
const LENGTH_AT = 8;
/** The batch's length field counts what follows it. */
const LENGTH_COUNTS_FROM = 12;
const MAGIC_AT = 16;
const CRC_AT = 17;
const ATTRIBUTES_AT = 21;
const LAST_OFFSET_DELTA_AT = 23;
const BASE_TIMESTAMP_AT = 27;
const MAX_TIMESTAMP_AT = 35;
const PRODUCER_ID_AT = 43;
const PRODUCER_EPOCH_AT = 51;
const BASE_SEQUENCE_AT = 53;
const RECORD_COUNT_AT = 57;
const MAGIC = 2;
const COMPRESSION_MASK = 0x07;
const GZIP = 1;
const LOG_APPEND_TIME = 0x08;
const CONTROL = 0x20;
const CONTENT_TYPE = Buffer.from('content-type');

/** A batch that cannot be read: broken bytes, or a codec that this client does not speak. */
export class UnreadableBatch extends Error {
  override readonly name = 'UnreadableBatch';
}

/** One uncompressed batch without a producer id (nothing here is idempotent or transactional, DESIGN §2.2). */
export const encodeBatch = (records: readonly OutgoingRecord[], timestampMs: number): Buffer => {
  const bodies = records.map((record, index) => bodyBytes(record, index));
  const bytes = bodies.reduce((sum, body) => sum + varintBytes(body) + body, HEADER_BYTES);
  const batch = Buffer.allocUnsafe(bytes);
  let at = HEADER_BYTES;
  for (const [index, record] of records.entries()) {
    at = writeVarint(batch, at, bodies[index] ?? 0);
    at = writeRecord(batch, at, record, index);
  }
  writeHeader(batch, records.length, timestampMs);
  return batch;
};

const writeHeader = (batch: Buffer, count: number, timestampMs: number): void => {
  batch.writeBigInt64BE(0n, 0);
  batch.writeInt32BE(batch.length - LENGTH_COUNTS_FROM, LENGTH_AT);
  batch.writeInt32BE(-1, 12);
  batch.writeInt8(MAGIC, MAGIC_AT);
  batch.writeInt16BE(0, ATTRIBUTES_AT);
  batch.writeInt32BE(count - 1, LAST_OFFSET_DELTA_AT);
  batch.writeBigInt64BE(BigInt(timestampMs), BASE_TIMESTAMP_AT);
  batch.writeBigInt64BE(BigInt(timestampMs), MAX_TIMESTAMP_AT);
  batch.writeBigInt64BE(-1n, PRODUCER_ID_AT);
  batch.writeInt16BE(-1, PRODUCER_EPOCH_AT);
  batch.writeInt32BE(-1, BASE_SEQUENCE_AT);
  batch.writeInt32BE(count, RECORD_COUNT_AT);
  batch.writeUInt32BE(crc32c(batch, ATTRIBUTES_AT, batch.length), CRC_AT);
};

const sized = (bytes: number): number => varintBytes(bytes) + bytes;

const bodyBytes = (record: OutgoingRecord, offsetDelta: number): number => {
  const type = record.contentType;
  const header = type === undefined ? 0 : sized(CONTENT_TYPE.length) + sized(Buffer.byteLength(type));
  // 1 byte of attributes, 1 of timestamp delta, 1 of header count.
  return 3 + varintBytes(offsetDelta) + sized(Buffer.byteLength(record.key)) + sized(record.value.length) + header;
};

const writeRecord = (batch: Buffer, start: number, record: OutgoingRecord, offsetDelta: number): number => {
  let at = batch.writeInt8(0, start);
  at = writeVarint(batch, at, 0);
  at = writeVarint(batch, at, offsetDelta);
  at = writeText(batch, at, record.key);
  at = writeVarint(batch, at, record.value.length);
  at += record.value.copy(batch, at);
  at = writeVarint(batch, at, record.contentType === undefined ? 0 : 1);
  if (record.contentType === undefined) return at;
  at = writeVarint(batch, at, CONTENT_TYPE.length);
  at += CONTENT_TYPE.copy(batch, at);
  return writeText(batch, at, record.contentType);
};

const writeText = (batch: Buffer, start: number, text: string): number => {
  const at = writeVarint(batch, start, Buffer.byteLength(text));
  return at + batch.write(text, at);
};

/** The records at and after `from` in what a fetch returned, and the offset to fetch next. */
export interface DecodedRecords {
  readonly records: readonly LogRecord[];
  readonly next: bigint;
}

/**
 * Reads the whole batches of a fetched record set; the last one may be cut off and is left for the next fetch.
 * `next` also passes over control batches and batches whose records are gone.
 * @throws UnreadableBatch
 */
export const decodeRecordSet = (set: Buffer, from: bigint): DecodedRecords => {
  const records: LogRecord[] = [];
  let next = from;
  let at = 0;
  while (at + HEADER_BYTES <= set.length) {
    const end = at + LENGTH_COUNTS_FROM + set.readInt32BE(at + LENGTH_AT);
    if (end > set.length) break;
    const after = readBatch(set.subarray(at, end), from, records);
    if (after > next) next = after;
    at = end;
  }
  return { records, next };
};

/** Adds the batch's records to `into` and returns the offset after the batch. */
const readBatch = (batch: Buffer, from: bigint, into: LogRecord[]): bigint => {
  const base = batch.readBigInt64BE(0);
  checkFormat(batch, base);
  const after = base + BigInt(batch.readInt32BE(LAST_OFFSET_DELTA_AT)) + 1n;
  // What was handed over already (ADR 10) comes again with the poll that was on its way: nothing in it is believed.
  if (base < from && after <= from) return after;
  checkSum(batch, base);
  const attributes = batch.readInt16BE(ATTRIBUTES_AT);
  if (attributes & CONTROL || after <= from) return after;
  const appendTime = attributes & LOG_APPEND_TIME ? Number(batch.readBigInt64BE(MAX_TIMESTAMP_AT)) : null;
  const baseTime = Number(batch.readBigInt64BE(BASE_TIMESTAMP_AT));
  const reader = new VarintReader(bodyOf(batch, attributes & COMPRESSION_MASK, base));
  for (let left = batch.readInt32BE(RECORD_COUNT_AT); left > 0; left -= 1) {
    const record = readRecord(reader, { base, baseTime, appendTime });
    if (record.offset >= from) into.push(record);
  }
  return after;
};

const checkFormat = (batch: Buffer, base: bigint): void => {
  if (batch.length < HEADER_BYTES || batch.readInt8(MAGIC_AT) !== MAGIC) {
    throw new UnreadableBatch(`the batch at offset ${base} has an unknown format`);
  }
};

const checkSum = (batch: Buffer, base: bigint): void => {
  if (crc32c(batch, ATTRIBUTES_AT, batch.length) !== batch.readUInt32BE(CRC_AT)) {
    throw new UnreadableBatch(`the batch at offset ${base} does not match its checksum`);
  }
};

// We never compress; a tool that mirrors or restores a topic may.
const bodyOf = (batch: Buffer, codec: number, base: bigint): Buffer => {
  const body = batch.subarray(HEADER_BYTES);
  if (codec === 0) return body;
  if (codec === GZIP) return gunzipSync(body);
  throw new UnreadableBatch(`the batch at offset ${base} is compressed with codec ${codec}; only gzip is understood`);
};

interface BatchContext {
  readonly base: bigint;
  readonly baseTime: number;
  readonly appendTime: number | null;
}

const readRecord = (reader: VarintReader, { base, baseTime, appendTime }: BatchContext): LogRecord => {
  const length = reader.varint();
  const end = reader.at + length;
  reader.at += 1;
  const timestampDelta = reader.varint();
  const offset = base + BigInt(reader.varint());
  const key = reader.bytes();
  const value = reader.bytes();
  reader.at = end;
  return {
    offset,
    timestampMs: appendTime ?? baseTime + timestampDelta,
    key: key === null ? null : key.toString('utf8'),
    value: value ?? Buffer.alloc(0),
  };
};
