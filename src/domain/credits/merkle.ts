import type { OrgId, Sha256 } from '../kernel/ids.js';
import { invariant } from '../kernel/errors.js';

/** The newest entry of an org's chain: one leaf of a checkpoint (API CR-11). */
export interface OrgHead {
  readonly org: OrgId;
  readonly entry: number;
  readonly hash: string;
}

/** Levels of a tree, leaves first, the root last. */
export type MerkleTree = readonly (readonly string[])[];

// The prefixes keep a leaf from ever passing for a node.
const leafOf = (sha256: Sha256, { entry, hash, org }: OrgHead): string =>
  sha256(`leaf:${JSON.stringify({ entry, hash, org })}`);
const nodeOf = (sha256: Sha256, left: string, right: string): string => sha256(`node:${left}${right}`);

/** Leaves stand in the order of their orgs, compared as UTF-16 code units, so that equal heads make equal trees. */
export const inOrder = (heads: readonly OrgHead[]): readonly OrgHead[] =>
  heads.toSorted((a, b) => (a.org < b.org ? -1 : a.org > b.org ? 1 : 0));

/**
 * Pairs are hashed level by level; what has no neighbour goes up as it is (the shape of RFC 9162). Yields after every
 * hash, so that whoever grows a large tree may let others run in between.
 */
export function* growTree(sha256: Sha256, heads: readonly OrgHead[]): Generator<void, MerkleTree> {
  invariant(heads.length > 0, 'a tree has leaves');
  let level: string[] = [];
  for (const head of inOrder(heads)) {
    level.push(leafOf(sha256, head));
    yield;
  }
  const tree = [level];
  while (level.length > 1) {
    const above: string[] = [];
    for (let left = 0; left < level.length; left += 2) {
      above.push(parentOf(sha256, level, left));
      yield;
    }
    tree.push(above);
    level = above;
  }
  return tree;
}

const parentOf = (sha256: Sha256, level: readonly string[], left: number): string => {
  const [first, second] = [level[left], level[left + 1]];
  invariant(first !== undefined, 'every pair begins inside of its level');
  return second === undefined ? first : nodeOf(sha256, first, second);
};

/** All at once. */
export const treeOf = (sha256: Sha256, heads: readonly OrgHead[]): MerkleTree => {
  const growing = growTree(sha256, heads);
  for (;;) {
    const { done, value } = growing.next();
    if (done === true) return value;
  }
};

export const rootOf = (tree: MerkleTree): string => {
  const root = tree.at(-1)?.[0];
  invariant(root !== undefined, 'a tree has a root');
  return root;
};

/** The neighbours that lead from a leaf to the root, lowest first; levels where it has none are left out. */
export const pathOf = (tree: MerkleTree, index: number): readonly string[] =>
  tree.slice(0, -1).flatMap((level, height) => level[(index >> height) ^ 1] ?? []);
