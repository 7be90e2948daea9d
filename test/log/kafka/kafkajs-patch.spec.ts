import Encoder from 'kafkajs/src/protocol/encoder.js';
import createRequest from 'kafkajs/src/protocol/request.js';
import { patchKafkajs } from '../../../src/log/kafka/kafkajs-patch.js';

beforeAll(() => patchKafkajs());

const LARGE = Buffer.alloc(1_200_000, 'x');

it('what is written in one piece takes what it needs, not the next power of two', () => {
  const encoder = new Encoder().writeInt32(LARGE.length).writeBytes(LARGE);
  expect(encoder.buf.length).toBe(4 + 4 + LARGE.length);
  expect(encoder.buf.buffer.byteLength).toBe(128 + 4 + 4 + LARGE.length);
  expect(encoder.buffer.subarray(8).equals(LARGE)).toBe(true);
});

it('many small pieces do not copy what stands there each time', () => {
  const sizes = new Set<number>();
  const encoder = new Encoder();
  for (let number = 0; number < 10_000; number += 1) sizes.add(encoder.writeInt32(number).buf.length);
  expect(sizes.size).toBeLessThan(10);
  expect(encoder.buffer.readInt32BE(4 * 9_999)).toBe(9_999);
});

describe('a request', () => {
  const [API_KEY, API_VERSION, CORRELATION_ID] = [3, 7, 123_456];
  const requestWith = (payload: Encoder, clientId: string): Promise<Encoder> => {
    const request = { apiKey: API_KEY, apiVersion: API_VERSION, encode: async () => payload };
    return createRequest({ correlationId: CORRELATION_ID, clientId, request });
  };
  /** What the protocol says: size, head, payload. */
  const expected = (payload: Buffer, clientId: string): Buffer => {
    const head = Buffer.alloc(14);
    head.writeInt32BE(10 + clientId.length + payload.length, 0);
    head.writeInt16BE(API_KEY, 4);
    head.writeInt16BE(API_VERSION, 6);
    head.writeInt32BE(CORRELATION_ID, 8);
    head.writeInt16BE(clientId.length, 12);
    return Buffer.concat([head, Buffer.from(clientId), payload]);
  };

  it.each([
    ['small', 10, 'tributary'],
    ['large', 10_000, 'tributary'],
    ['large, from a client whose id does not fit in front', 10_000, 'x'.repeat(300)],
    ['large, from a client whose id just fits', 10_000, 'x'.repeat(114)],
    ['large, from a client whose id fits without the size', 10_000, 'x'.repeat(118)],
  ])('that is %s is what the protocol says', async (_, bytes, clientId) => {
    const content = Buffer.alloc(bytes, 'abc');
    const payload = new Encoder().writeInt32(content.length).writeBytes(content);
    const bare = Buffer.from(payload.buffer);
    expect((await requestWith(payload, clientId)).buffer.equals(expected(bare, clientId))).toBe(true);
  });

  it.each([
    ['large', 4_096, 'tributary'],
    ['large, with a head that just fits', 4_096, 'x'.repeat(114)],
  ])('that is %s is not copied behind its head', async (_, bytes, clientId) => {
    const payload = new Encoder().writeBytes(Buffer.alloc(bytes));
    const { buffer } = payload.buf;
    expect((await requestWith(payload, clientId)).buf.buffer).toBe(buffer);
  });

  it('that is small has no space in front, and shares nothing', async () => {
    const payload = new Encoder().writeBytes(Buffer.alloc(1_000));
    expect(payload.headroom).toBe(0);
    const outer = new Encoder().writeEncoder(payload);
    expect(outer.buf.buffer === payload.buf.buffer && outer.buf.byteOffset === payload.buf.byteOffset).toBe(false);
  });

  it('that was cut from a larger buffer leaves the bytes in front of it alone', async () => {
    const payload = new Encoder().writeBytes(LARGE);
    payload.buf = Buffer.concat([Buffer.alloc(64, '#'), payload.buf]).subarray(64);
    payload.headroom = 0;
    const { buffer } = payload.buf;
    await requestWith(payload, 'tributary');
    expect(Buffer.from(buffer, 0, 64).toString()).toBe('#'.repeat(64));
  });
});
