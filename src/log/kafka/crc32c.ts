/** CRC-32C (Castagnoli), reversed polynomial. Node has only CRC-32. */
const POLYNOMIAL = 0x82f63b78;
const SLICES = 8;

/** Eight tables, so that eight bytes take one step ("slicing by 8"): several times faster than byte by byte. */
const buildTables = (): Int32Array => {
  const tables = new Int32Array(SLICES * 256);
  for (let byte = 0; byte < 256; byte += 1) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
    tables[byte] = crc;
  }
  for (let index = 256; index < tables.length; index += 1) {
    const previous = tables[index - 256] as number;
    tables[index] = (previous >>> 8) ^ (tables[previous & 0xff] as number);
  }
  return tables;
};

const TABLES = buildTables();
const table = (slice: number, index: number): number => TABLES[slice * 256 + (index & 0xff)] as number;

/** The checksum of `buffer[start, end)`, unsigned. */
export const crc32c = (buffer: Buffer, start: number, end: number): number => {
  // V8 reads a DataView's numbers in one instruction each, a Buffer's byte by byte: 1,300 instead of 500 MB/s.
  const { buffer: memory, byteOffset, byteLength } = buffer.subarray(start, end);
  const view = new DataView(memory, byteOffset, byteLength);
  const whole = byteLength - (byteLength % SLICES);
  let crc = -1;
  for (let at = 0; at < whole; at += SLICES) {
    const low = crc ^ view.getInt32(at, true);
    const high = view.getInt32(at + 4, true);
    crc =
      table(7, low) ^
      table(6, low >>> 8) ^
      table(5, low >>> 16) ^
      table(4, low >>> 24) ^
      table(3, high) ^
      table(2, high >>> 8) ^
      table(1, high >>> 16) ^
      table(0, high >>> 24);
  }
  for (let at = whole; at < byteLength; at += 1) crc = table(0, crc ^ view.getUint8(at)) ^ (crc >>> 8);
  return (crc ^ -1) >>> 0;
};
