import type { OrgId } from '../../src/domain/kernel/ids.js';
import { murmur2, partitionOf } from '../../src/log/partition.js';

/** From UtilsTest of apache/kafka. */
const VECTORS: readonly (readonly [string, number])[] = [
  ['21', -973932308],
  ['foobar', -790332482],
  ['a-little-bit-long-string', -985981536],
  ['a-little-bit-longer-string', -1486304829],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
  ['abc', 479470107],
];

describe('the partition of an org', () => {
  it.each(VECTORS)('murmur2(%s) is what Kafka says', (key, hash) => {
    expect(murmur2(Buffer.from(key))).toBe(hash);
  });

  it('is the positive hash modulo the number of partitions', () => {
    expect(partitionOf('21' as OrgId, 1_000)).toBe((-973932308 & 0x7fffffff) % 1_000);
  });
});
