import { growTree, pathOf, rootOf, treeOf, type OrgHead } from '../../../src/domain/credits/merkle.js';
import type { OrgId } from '../../../src/domain/kernel/ids.js';
import { sha256 } from '../../support/given.js';

const headOf = (n: number): OrgHead => ({
  org: `org_${String(n).padStart(3, '0')}` as OrgId,
  entry: n + 1,
  hash: sha256(`${n}`),
});
const heads = (count: number): readonly OrgHead[] => Array.from({ length: count }, (_, n) => headOf(n));
const leaf = ({ org, entry, hash }: OrgHead): string =>
  sha256(`leaf:{"entry":${entry},"hash":"${hash}","org":"${org}"}`);
const node = (left: string, right: string): string => sha256(`node:${left}${right}`);

/** RFC 9162 §2.1.1 as it is written: split at the largest power of two below the number of leaves. */
const recursiveRoot = (leaves: readonly string[]): string => {
  if (leaves.length === 1) return leaves[0] ?? '';
  const split = 2 ** Math.ceil(Math.log2(leaves.length) - 1);
  return node(recursiveRoot(leaves.slice(0, split)), recursiveRoot(leaves.slice(split)));
};

describe('CR-11 the Merkle tree over the heads of orgs', () => {
  it('has the root of RFC 9162, whatever the number of leaves', () => {
    for (let count = 1; count <= 70; count += 1) {
      expect(rootOf(treeOf(sha256, heads(count)))).toBe(recursiveRoot(heads(count).map(leaf)));
    }
  });

  it('is the same in whatever order the heads come', () => {
    expect(treeOf(sha256, heads(9).toReversed())).toEqual(treeOf(sha256, heads(9)));
  });

  it('changes with every part of every head', () => {
    const root = rootOf(treeOf(sha256, heads(5)));
    for (const [n, head] of heads(5).entries()) {
      for (const other of [
        { ...head, entry: 99 },
        { ...head, hash: sha256('x') },
        { ...head, org: 'zzz' as OrgId },
      ]) {
        expect(rootOf(treeOf(sha256, heads(5).with(n, other)))).not.toBe(root);
      }
    }
  });

  it('leads from every leaf to its root', () => {
    for (let count = 1; count <= 40; count += 1) {
      const tree = treeOf(sha256, heads(count));
      for (const [index, head] of heads(count).entries()) {
        let hash = leaf(head);
        let at = index;
        const path = [...pathOf(tree, index)];
        for (let size = count; size > 1; size = (size + 1) >> 1, at >>= 1) {
          if (at === size - 1 && size % 2 === 1) continue;
          const neighbour = path.shift() ?? '';
          hash = at % 2 === 0 ? node(hash, neighbour) : node(neighbour, hash);
        }
        expect([hash, path]).toEqual([rootOf(tree), []]);
      }
    }
  });

  it('can be grown hash by hash', () => {
    const growing = growTree(sha256, heads(5));
    let steps = 0;
    while (growing.next().done !== true) steps += 1;
    // Five leaves; three, two and one above them.
    expect(steps).toBe(11);
  });
});
