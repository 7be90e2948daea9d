import type { ChainLink, GrantShare } from '../../events/credit.events.js';
import type { DomainEvent, EventType } from '../../events/event.js';
import type { OrgId, ReservationId, Sha256 } from '../kernel/ids.js';
import type { Instant } from '../kernel/instant.js';

/** The hash chain over all credit events of an org (API CR-10); projections and the audit use the same functions. */
export type CreditEventType =
  | 'CreditsReserved'
  | 'CreditsCaptured'
  | 'CreditsReleased'
  | 'CreditsGranted'
  | 'CreditsExpired'
  | 'CreditsRefunded'
  | 'CreditsAdjusted';
export type CreditEvent = DomainEvent<CreditEventType>;
export type LedgerType = 'reserve' | 'capture' | 'release' | 'grant' | 'expire' | 'refund' | 'adjust';

/** What one entry does to an account. `amount` is signed and 0 for reserve and release; `reservedDelta` is signed. */
export interface LedgerEntry {
  readonly type: LedgerType;
  readonly amount: number;
  readonly reservedDelta: number;
  readonly reservationId: ReservationId | null;
  readonly grants: readonly GrantShare[];
}

/** Everything that is hashed, beside the version. */
export interface ChainFields extends LedgerEntry {
  readonly org: OrgId;
  readonly entry: number;
  readonly unit: string;
  readonly time: Instant;
  readonly prevHash: string;
}

export interface ChainHead {
  readonly entry: number;
  readonly hash: string;
}

const CHAIN_VERSION = 1;

const SIGNS: Readonly<Record<CreditEventType, { type: LedgerType; amount: -1 | 0 | 1; reserved: -1 | 0 | 1 }>> = {
  CreditsGranted: { type: 'grant', amount: 1, reserved: 0 },
  CreditsReserved: { type: 'reserve', amount: 0, reserved: 1 },
  CreditsCaptured: { type: 'capture', amount: -1, reserved: -1 },
  CreditsReleased: { type: 'release', amount: 0, reserved: -1 },
  CreditsExpired: { type: 'expire', amount: -1, reserved: 0 },
  CreditsRefunded: { type: 'refund', amount: 1, reserved: 0 },
  // Its amount has a sign of its own.
  CreditsAdjusted: { type: 'adjust', amount: 1, reserved: 0 },
};

export const isCreditEvent = <E extends { readonly type: EventType }>(
  event: E,
): event is Extract<E, { readonly type: CreditEventType }> => event.type in SIGNS;

/** A credit event before it has its link, or any credit event. */
export interface CreditMove {
  readonly type: CreditEventType;
  readonly data: {
    readonly amount: number;
    readonly grants: readonly GrantShare[];
    readonly reservationId?: ReservationId;
  };
}

export const ledgerEntryOf = ({ type, data }: CreditMove): LedgerEntry => ({
  type: SIGNS[type].type,
  amount: signed(SIGNS[type].amount, data.amount),
  reservedDelta: signed(SIGNS[type].reserved, data.amount),
  reservationId: data.reservationId ?? null,
  grants: data.grants,
});

/** Never -0, which JSON and equality treat differently from 0. */
const signed = (sign: -1 | 0 | 1, amount: number): number => sign * amount || 0;

/** Hex SHA-256 of the RFC 8785 form. */
export const hashOf = (sha256: Sha256, fields: ChainFields): string => sha256(JSON.stringify(hashedOf(fields)));

/**
 * Exactly what is hashed, for whoever wants to hash it again. RFC 8785 of integers and well-formed strings is plain
 * JSON with sorted keys, so the keys stand here in that order.
 */
export const hashedOf = (fields: ChainFields) => ({
  amount: fields.amount,
  entry: fields.entry,
  grants: fields.grants.map(({ delta, grantId }) => ({ delta, grantId })),
  org: fields.org,
  prevHash: fields.prevHash,
  reservationId: fields.reservationId,
  reservedDelta: fields.reservedDelta,
  time: fields.time,
  type: fields.type,
  unit: fields.unit,
  v: CHAIN_VERSION,
});

export interface ChainContext {
  readonly sha256: Sha256;
  readonly orgId: OrgId;
  readonly unit: string;
  readonly time: Instant;
}

/** The link of the next entry after `head`, without `available`. */
export const linkOf = (context: ChainContext, head: ChainHead, move: CreditMove): Omit<ChainLink, 'available'> => {
  const entry = head.entry + 1;
  const { sha256, orgId, unit, time } = context;
  const fields = { ...ledgerEntryOf(move), org: orgId, entry, unit, time, prevHash: head.hash };
  return { entry, prevHash: head.hash, hash: hashOf(sha256, fields), grants: move.data.grants };
};

/** Why a stored entry does not continue the chain. */
export type BrokenLink = 'entry' | 'prev_hash' | 'hash';

/** Checks one credit event against the entry before it; `null` when the chain holds. */
export const verifyLink = (
  context: Pick<ChainContext, 'sha256' | 'unit'>,
  head: ChainHead,
  event: CreditEvent & { readonly orgId: OrgId; readonly time: Instant },
): BrokenLink | null => {
  if (event.data.entry !== head.entry + 1) return 'entry';
  if (event.data.prevHash !== head.hash) return 'prev_hash';
  const { hash } = linkOf({ ...context, orgId: event.orgId, time: event.time }, head, event);
  return event.data.hash === hash ? null : 'hash';
};
