import type { GrantExpiryNeared } from '../../events/credit.events.js';
import { epochMsOf } from '../kernel/instant.js';
import type { Proposal } from '../proposal.js';
import type { Grant } from './account.js';

/** How long before its end a grant is spoken of, days (CR-13); the farthest first. */
const WARNING_DAYS = [7, 1] as const;

const DAY_MS = 24 * 60 * 60 * 1_000;

/** Warnings that one decision writes; the sweeper sends for the rest. */
export const WARNINGS_MAX = 200;

/**
 * Says, for each grant that has free credits, that it ends soon: once per grant and distance. When several distances have
 * passed meanwhile, only the nearest one is news; a grant that was made within a distance never had it before it.
 */
export const warnOfExpiry = (proposal: Proposal): void => {
  const { orgId, nowMs } = proposal;
  for (const data of dueWarnings(proposal.account().grants, nowMs, WARNINGS_MAX)) {
    proposal.record('GrantExpiryNeared', `account/${orgId}`, data);
  }
};

/** What there is to say about the grants, at most `max` of them. */
export const dueWarnings = (grants: readonly Grant[], nowMs: number, max = Infinity): readonly GrantExpiryNeared[] => {
  const due: GrantExpiryNeared[] = [];
  for (const { id: grantId, free: amount, ...grant } of grants) {
    if (due.length === max) break;
    const { expiresAt } = grant;
    if (amount === 0 || expiresAt === null || epochMsOf(expiresAt) <= nowMs) continue;
    const daysBefore = untold(grant).findLast(({ atMs }) => atMs <= nowMs)?.days;
    if (daysBefore !== undefined) due.push({ grantId, amount, expiresAt, daysBefore });
  }
  return due;
};

/** When a grant with free credits has to be looked at next, epoch ms: at a warning or at its end; null: never. */
export const nextLookAt = (grant: Grant): number | null => {
  if (grant.free === 0 || grant.expiresAt === null) return null;
  const [next] = untold(grant);
  return next === undefined ? epochMsOf(grant.expiresAt) : next.atMs;
};

/** Distances that are still to be spoken of, the farthest first. */
const untold = ({ expiresAt, grantedAt, warnedDays = Infinity }: Omit<Grant, 'id' | 'free'>) => {
  if (expiresAt === null) return [];
  const endMs = epochMsOf(expiresAt);
  return WARNING_DAYS.map((days) => ({ days, atMs: endMs - days * DAY_MS })).filter(
    ({ days, atMs }) => days < warnedDays && epochMsOf(grantedAt) <= atMs,
  );
};
