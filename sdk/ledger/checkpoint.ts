import { createHash, createPublicKey, verify } from 'node:crypto';
import { canonicalJson, hashWithout, sha256, type Json, type JsonObject } from './canonical.js';

/** What an installation has signed about the chains of one partition. */
export interface Statement {
  readonly v: number;
  readonly partition: number;
  /** The statement covers the events of the partition up to this seq, whose time is `asOf`. */
  readonly upToSeq: number;
  readonly asOf: string;
  /** Number of orgs whose chain has grown since the statement before; Merkle root over their heads. */
  readonly heads: number;
  readonly merkleRoot: string;
  /** SHA-256 of the statement before. */
  readonly previous: string;
  readonly keyId: string;
}

/** The line of an export that proves its entries up to `head`. */
export interface CheckpointLine {
  readonly head: { readonly org: string; readonly entry: number; readonly hash: string };
  readonly statement: Statement;
  readonly hash: string;
}

const KEY_ID_LENGTH = 32;

/** The id of a public key (base64 of its SPKI DER), which statements name. */
export const keyIdOf = (publicKey: string): string =>
  createHash('sha256').update(Buffer.from(publicKey, 'base64')).digest('hex').slice(0, KEY_ID_LENGTH);

/** What is wrong with the line that is looked at alone; null when nothing is. */
export const faultOfCheckpoint = (line: JsonObject): string | null => {
  if (hashWithout(line) !== line['hash']) return 'the hash is not that of the line';
  const { head, index, path, publicKey, signature, statement } = line;
  if (!isObject(head) || !isObject(statement) || !isTexts(path)) return 'the checkpoint is malformed';
  if (typeof publicKey !== 'string' || typeof signature !== 'string') return 'the checkpoint is malformed';
  if (keyIdOf(publicKey) !== statement['keyId']) return 'the public key is not the one that the statement names';
  if (!isSigned(statement, signature, publicKey)) return 'the signature is not that of the statement';
  const root = rootFrom(head, { index: Number(index), size: Number(statement['heads']), path });
  return root === statement['merkleRoot'] ? null : 'the head of the org is not in the statement';
};

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isTexts = (value: Json | undefined): value is readonly string[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'string');

const isSigned = (statement: JsonObject, signature: string, publicKey: string): boolean => {
  try {
    const key = createPublicKey({ key: Buffer.from(publicKey, 'base64'), format: 'der', type: 'spki' });
    return verify(null, Buffer.from(canonicalJson(statement)), key, Buffer.from(signature, 'base64'));
  } catch {
    return false; // Not a key at all.
  }
};

interface Place {
  readonly index: number;
  /** Number of leaves. */
  readonly size: number;
  readonly path: readonly string[];
}

/** The root that a leaf and its neighbours come to; null when there are too few or too many of them. */
const rootFrom = (head: JsonObject, { index, size, path }: Place): string | null => {
  let hash = sha256(`leaf:${canonicalJson(head)}`);
  let used = 0;
  if (!(index >= 0 && index < size)) return null;
  for (let at = index, left = size; left > 1; at = Math.floor(at / 2), left = Math.ceil(left / 2)) {
    const isAlone = at === left - 1 && left % 2 === 1;
    if (isAlone) continue;
    const neighbour = path[used];
    if (neighbour === undefined) return null;
    used += 1;
    hash = sha256(at % 2 === 0 ? `node:${hash}${neighbour}` : `node:${neighbour}${hash}`);
  }
  return used === path.length ? hash : null;
};
