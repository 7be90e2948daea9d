import type { GrantShare } from '../../events/credit.events.js';
import { invariant } from '../kernel/errors.js';

/**
 * A split tells from which grants the reservation of one enrichment was taken, in burn order; its deltas are
 * positive: what is still set aside. Deciding and folding both use these functions, so that the event has to
 * carry the shares of the whole reservation only.
 */
export type Split = readonly GrantShare[];

/** Deals the shares of a reservation out over its amounts, in order. Linear in both. */
export const splitShares = (shares: readonly GrantShare[], amounts: readonly number[]): readonly Split[] => {
  let at = 0;
  let left = heldIn(shares, 0);
  return amounts.map((amount) => {
    const split: GrantShare[] = [];
    let open = amount;
    while (open > 0) {
      const share = shares[at];
      invariant(share !== undefined, 'a reservation holds less than its enrichments');
      const taken = Math.min(open, left);
      split.push({ grantId: share.grantId, delta: taken });
      open -= taken;
      left -= taken;
      if (left === 0) left = heldIn(shares, ++at);
    }
    return split;
  });
};

/** Shares of a reservation are negative: they left the free part. */
const heldIn = (shares: readonly GrantShare[], at: number): number => -(shares[at]?.delta ?? 0);

/** Takes `amount` from the first shares of a split. */
export const takeFirst = (split: Split, amount: number): { readonly taken: Split; readonly rest: Split } => {
  const taken: GrantShare[] = [];
  const rest: GrantShare[] = [];
  let open = amount;
  for (const { grantId, delta } of split) {
    const part = Math.min(open, delta);
    if (part > 0) taken.push({ grantId, delta: part });
    if (part < delta) rest.push({ grantId, delta: delta - part });
    open -= part;
  }
  invariant(open === 0, `a split is ${open} short of ${amount}`);
  return { taken, rest };
};

export const totalOf = (split: Split): number => split.reduce((sum, share) => sum + share.delta, 0);

export const negated = (split: Split): readonly GrantShare[] =>
  split.map(({ grantId, delta }) => ({ grantId, delta: -delta }));
