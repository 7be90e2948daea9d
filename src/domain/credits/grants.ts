import type { GrantShare } from '../../events/credit.events.js';
import { invariant } from '../kernel/errors.js';
import type { GrantId } from '../kernel/ids.js';
import type { Instant } from '../kernel/instant.js';
import type { Grant } from './account.js';

/** Sorts after every instant: a grant without expiry burns last. */
const NEVER = '~';

/** Burn order (CR-06): earliest expiry, then oldest; the id makes it total. Instants compare as text. */
export const compareBurnOrder = (a: Grant, b: Grant): number =>
  compareText(a.expiresAt ?? NEVER, b.expiresAt ?? NEVER) ||
  compareText(a.grantedAt, b.grantedAt) ||
  compareText(a.id, b.id);

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Keeps `grants` in burn order. */
export const withGrant = (grants: readonly Grant[], grant: Grant): readonly Grant[] => {
  const after = grants.findIndex((other) => compareBurnOrder(grant, other) < 0);
  return after < 0 ? [...grants, grant] : grants.toSpliced(after, 0, grant);
};

/** Free credits of grants that have run out, in burn order, which puts them first; at most `max` grants. */
export const dueGrants = (grants: readonly Grant[], now: Instant, max = Infinity): readonly Grant[] => {
  const due: Grant[] = [];
  for (const grant of grants) {
    if (due.length === max || !hasRunOut(grant, now)) break;
    if (grant.free > 0) due.push(grant);
  }
  return due;
};

/** Those that may be burnt: never one that has run out, whether or not its expiry is in the ledger yet (CR-06). */
export const liveGrants = (grants: readonly Grant[], now: Instant): readonly Grant[] =>
  grants.filter((grant) => !hasRunOut(grant, now));

/** Instants compare as text. */
const hasRunOut = ({ expiresAt }: Grant, now: Instant): boolean => expiresAt !== null && expiresAt <= now;

export const freeIn = (grants: readonly Grant[]): number => grants.reduce((sum, { free }) => sum + free, 0);

/** The shares that reserving `amount` takes from the free parts, in burn order. The caller has checked that it is there. */
export const burn = (grants: readonly Grant[], amount: number): readonly GrantShare[] => {
  const shares: GrantShare[] = [];
  let open = amount;
  for (const grant of grants) {
    if (open === 0) break;
    const taken = Math.min(open, grant.free);
    if (taken > 0) shares.push({ grantId: grant.id, delta: -taken });
    open -= taken;
  }
  invariant(open === 0, `grants are ${open} short of ${amount}`);
  return shares;
};

/** How the delta of a share moves the two parts of its grant. */
export interface ShareMove {
  readonly free: 0 | 1;
  readonly reserved: -1 | 0 | 1;
}

/** Moves the shares; grants with nothing left are dropped. */
export const moveShares = (
  grants: readonly Grant[],
  shares: readonly GrantShare[],
  move: ShareMove,
): readonly Grant[] => {
  const deltas = new Map<GrantId, number>(shares.map((share) => [share.grantId, share.delta]));
  return grants.flatMap((grant) => {
    const delta = deltas.get(grant.id);
    if (delta === undefined) return grant;
    const free = grant.free + move.free * delta;
    const reserved = grant.reserved + move.reserved * delta;
    return free === 0 && reserved === 0 ? [] : { ...grant, free, reserved };
  });
};
