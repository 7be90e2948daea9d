import { createHash } from 'node:crypto';
import type { CommandId } from '../domain/kernel/ids.js';

/** Namespace of all command ids that are derived rather than drawn (DESIGN §3 "Command ids"). */
const NAMESPACE = Buffer.from('7f1d0c6e3b5a4c8e9a2d51c0b8e4f6a3', 'hex');

/** UUIDv5 of the parts: the same parts always make the same command id, so that a repeat changes nothing. */
export const commandIdFrom = (...parts: readonly (string | number)[]): CommandId => {
  const hash = createHash('sha1').update(NAMESPACE).update(parts.join('\0')).digest();
  hash[6] = ((hash[6] ?? 0) & 0x0f) | 0x50;
  hash[8] = ((hash[8] ?? 0) & 0x3f) | 0x80;
  const hex = hash.toString('hex', 0, 16);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join(
    '-',
  ) as CommandId;
};
