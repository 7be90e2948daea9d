import type { CommandRefused } from '../../events/command.events.js';
import type { Command } from '../command.js';
import type { CommandId, OrgId } from '../kernel/ids.js';
import { epochMsOf, instantOf, type Instant } from '../kernel/instant.js';
import type { Refusal, RefusalCode } from '../kernel/refusal.js';
import type { StateReader } from '../state.js';
import { streams, type StreamKey } from '../streams.js';
import type { RememberedAnswer } from './remembered-answer.js';

/** How long the answer of a keyed command is kept. */
export const KEYED_MS = 24 * 60 * 60 * 1_000;
/** The longest wait that counts: a command is refused as expired behind it. */
export const WAIT_MS_MAX = 30_000;
/** How long other commands are remembered: the longest wait, 30 s that clocks may differ, and some slack. */
export const RECENT_MS = 70_000;

/** The last moment at which a command may be decided, epoch ms; those of our own roles wait for ever. */
const lastMsOf = ({ waitMs, sentAtMs }: Command): number =>
  waitMs === null ? Infinity : sentAtMs + Math.min(waitMs, WAIT_MS_MAX);

/** A command whose sender has given up is not decided any more (DESIGN §2.3). */
export const hasExpired = (command: Command, nowMs: number): boolean => nowMs > lastMsOf(command);

/**
 * Where an answer is remembered: short memories live in `recent/`, which an owner holds complete, long ones in
 * `request/`, which it loads. Only the event's own times decide, so that folding needs nothing else.
 */
export const memoryOf = (
  event: { readonly orgId: OrgId; readonly commandId: string; readonly time: Instant },
  expiresAt: Instant,
): StreamKey<'request' | 'recent'> => {
  const id = event.commandId as CommandId;
  const isShort = epochMsOf(expiresAt) - epochMsOf(event.time) <= RECENT_MS;
  return isShort ? streams.recent(event.orgId, id) : streams.request(event.orgId, id);
};

/** When a remembered answer was given, epoch ms: what answers a key lasts a day, all other answers as long as a copy may come. */
export const answeredMsOf = ({ keyed }: Command, { expiresAt }: RememberedAnswer): number =>
  epochMsOf(expiresAt) - (keyed ? KEYED_MS : RECENT_MS);

/** Of all refusals only 402s use up the key; of others only copies of the refused command may not be decided. */
const KEY_IS_USED: ReadonlySet<RefusalCode> = new Set(['INSUFFICIENT_CREDITS', 'CAP_EXCEEDED']);
/** Says nothing about the request itself, so that nothing may be remembered. */
const NEVER_REMEMBERED: ReadonlySet<RefusalCode> = new Set(['UNAVAILABLE', 'INTERNAL_ERROR', 'IDEMPOTENCY_CONFLICT']);

/** What is logged for a refusal. */
export const refusalData = (command: Command, refusal: Refusal, nowMs: number): CommandRefused => ({
  commandType: command.type,
  code: refusal.code,
  reason: refusal.reason,
  details: refusal.details ?? null,
  fingerprint: command.fingerprint,
  expiresAt: refusalExpiry(command, refusal, nowMs),
});

/**
 * The person has changed under the sender, which merges anew with the same command id. A copy that comes late is
 * refused by itself: what it wants to replace is gone for ever.
 */
const SENT_ANEW = 'stale_person';

const refusalExpiry = (command: Command, { code, reason }: Refusal, nowMs: number): Instant | null => {
  if (NEVER_REMEMBERED.has(code) || reason === SENT_ANEW) return null;
  if (!command.keyed) return instantOf(nowMs + RECENT_MS);
  // As long as a copy could still be decided, and not a moment longer: a repeat of the client was sent later.
  if (!KEY_IS_USED.has(code) && command.waitMs !== null) return instantOf(lastMsOf(command) + 1);
  return instantOf(nowMs + KEYED_MS);
};

/** What a command id is known for: an answer to give again, a conflict, or nothing. */
export type Known =
  | { readonly kind: 'again'; readonly answer: RememberedAnswer }
  | { readonly kind: 'conflict' }
  | { readonly kind: 'unknown' };

/** Expired memories do not count, whether the shell has pruned them or not. */
export const recall = (command: Command, state: StateReader, nowMs: number): Known => {
  const { orgId, id, keyed } = command;
  const kept = keyed ? live(state.get(streams.request(orgId, id)), nowMs) : null;
  if (kept !== null) return isSame(command, kept) ? { kind: 'again', answer: kept } : { kind: 'conflict' };
  const recent = live(state.get(streams.recent(orgId, id)), nowMs);
  return recent !== null && isCopy(command, recent) ? { kind: 'again', answer: recent } : { kind: 'unknown' };
};

const live = (answer: RememberedAnswer | undefined, nowMs: number): RememberedAnswer | null =>
  answer !== undefined && epochMsOf(answer.expiresAt) > nowMs ? answer : null;

const isSame = (command: Command, { fingerprint }: RememberedAnswer): boolean =>
  fingerprint === null || fingerprint === command.fingerprint;

/** Ids without a key are made for one command; under a key, the same request sent before the refused one expired is a copy. */
const isCopy = (command: Command, recent: RememberedAnswer): boolean =>
  !command.keyed || (isSame(command, recent) && lastMsOf(command) < epochMsOf(recent.expiresAt));
