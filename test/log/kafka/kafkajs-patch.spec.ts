import Encoder from 'kafkajs/src/protocol/encoder.js';
import { patchKafkajs } from '../../../src/log/kafka/kafkajs-patch.js';

beforeAll(() => patchKafkajs());

const LARGE = Buffer.alloc(1_200_000, 'x');

it('what is written in one piece takes what it needs, not the next power of two', () => {
  const encoder = new Encoder().writeInt32(LARGE.length).writeBytes(LARGE);
  expect(encoder.buf.length).toBe(4 + 4 + LARGE.length);
  expect(encoder.buffer.subarray(8).equals(LARGE)).toBe(true);
});

it('many small pieces do not copy what stands there each time', () => {
  const sizes = new Set<number>();
  const encoder = new Encoder();
  for (let number = 0; number < 10_000; number += 1) sizes.add(encoder.writeInt32(number).buf.length);
  expect(sizes.size).toBeLessThan(10);
  expect(encoder.buffer.readInt32BE(4 * 9_999)).toBe(9_999);
});
