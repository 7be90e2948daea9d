import type { OrgId } from '../domain/kernel/ids.js';

const SEED = 0x9747b28c;
const MULTIPLIER = 0x5bd1e995;

/**
 * The partition of an org, on commands and events alike: the one that Kafka's own default partitioner chooses for the
 * same key, so that other clients may produce and consume by key. Hashing is done here because kafkajs takes 3 µs.
 */
export const partitionOf = (orgId: OrgId, partitions: number): number =>
  (murmur2(Buffer.from(orgId)) & 0x7fffffff) % partitions;

/**
 * An org that nobody is, in `partition`: what concerns a partition and no org is sent and keyed under it, so that the
 * key says the partition here as everywhere.
 */
export const ownOrgOf = (partition: number, partitions: number): OrgId => {
  for (let salt = 0; ; salt += 1) {
    const orgId = `~partition/${partition}/${salt}` as OrgId;
    if (partitionOf(orgId, partitions) === partition) return orgId;
  }
};

/** The 32-bit Murmur2 of org.apache.kafka.common.utils.Utils, as a signed integer. */
export const murmur2 = (bytes: Uint8Array): number => {
  const tail = bytes.length & ~3;
  let hash = SEED ^ bytes.length;
  for (let i = 0; i < tail; i += 4) {
    const word =
      byteAt(bytes, i) | (byteAt(bytes, i + 1) << 8) | (byteAt(bytes, i + 2) << 16) | (byteAt(bytes, i + 3) << 24);
    const mixed = Math.imul(word, MULTIPLIER);
    hash = Math.imul(hash, MULTIPLIER) ^ Math.imul(mixed ^ (mixed >>> 24), MULTIPLIER);
  }
  for (let i = bytes.length - 1; i >= tail; i -= 1) hash ^= byteAt(bytes, i) << (8 * (i - tail));
  if (tail < bytes.length) hash = Math.imul(hash, MULTIPLIER);
  hash = Math.imul(hash ^ (hash >>> 13), MULTIPLIER);
  return hash ^ (hash >>> 15);
};

const byteAt = (bytes: Uint8Array, index: number): number => bytes[index] ?? 0;
