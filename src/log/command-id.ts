import { hash } from 'node:crypto';
import type { CommandId } from '../domain/kernel/ids.js';

/** Namespace of all command ids that are derived rather than drawn (DESIGN §3 "Command ids"). */
const NAMESPACE = Buffer.from('7f1d0c6e3b5a4c8e9a2d51c0b8e4f6a3', 'hex');

/** UUIDv5 of the parts: the same parts always make the same command id, so that a repeat changes nothing. */
export const commandIdFrom = (...parts: readonly (string | number)[]): CommandId => {
  const hex = hash('sha1', Buffer.concat([NAMESPACE, Buffer.from(parts.join('\0'))]));
  const variant = (0x8 | (Number.parseInt(hex.charAt(16), 16) & 0x3)).toString(16);
  const id = `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
  return id as CommandId;
};
