import type { ChainLink, CreditsReleased, GrantShare } from '../../events/credit.events.js';
import type { EventDataByType } from '../../events/event.js';
import type { Enrichment } from '../enrichments/enrichment.js';
import { invariant } from '../kernel/errors.js';
import type { EnrichmentId, ReservationId, TransactionId } from '../kernel/ids.js';
import type { Proposal } from '../proposal.js';
import { availableIn, type Grant } from './account.js';
import { checkAccount } from './account-after.js';
import { amountOf } from './amount.js';
import { ledgerEntryOf, linkOf, type CreditEventType, type CreditMove } from './chain.js';
import { burn, dueGrants, liveGrants } from './grants.js';
import { negated, takeFirst, totalOf } from './split.js';

/** What a credit event says beside its link. */
type Body<T extends CreditEventType> = Omit<EventDataByType[T], keyof ChainLink>;

/** Appends one entry to the org's chain; the only place where credit events are made. */
export const recordCredits = <T extends CreditEventType>(
  proposal: Proposal,
  type: T,
  move: { readonly body: Body<T>; readonly grants: readonly GrantShare[] },
): void => {
  const before = proposal.account();
  const unlinked = { type, data: { ...move.body, grants: move.grants } } as unknown as CreditMove;
  amountOf(type === 'CreditsAdjusted' ? Math.abs(unlinked.data.amount) : unlinked.data.amount);
  const link = linkOf(chainContext(proposal), before, unlinked);
  const { amount, reservedDelta } = ledgerEntryOf(unlinked);
  const available = availableIn(before) + amount - reservedDelta;
  const data = { ...move.body, ...link, available } as unknown as EventDataByType[T];
  proposal.record(type, `account/${proposal.orgId}`, data);
  checkAccount(proposal.account());
};

const chainContext = ({ context, orgId, now }: Proposal) => ({
  sha256: context.sha256,
  unit: context.unit,
  orgId,
  time: now,
});

/** Expiries that one decision writes, so that it stays a small part of a batch however many grants end at once. */
export const EXPIRIES_MAX = 200;

/**
 * Expires the free part of the grants that are due (CR-06), up to what is left of `EXPIRIES_MAX`: the sweeper sends for
 * the rest, and whoever spends asks for `liveGrants`.
 */
export const expireDueGrants = (proposal: Proposal): void => {
  const written = proposal.events.filter(({ type }) => type === 'CreditsExpired').length;
  for (const { id, free } of dueGrants(proposal.account().grants, proposal.now, EXPIRIES_MAX - written)) {
    const grants = [{ grantId: id, delta: -free }];
    recordCredits(proposal, 'CreditsExpired', { body: { grantId: id, amount: free }, grants });
  }
};

/** What may be burnt now. */
export const spendableGrants = (proposal: Proposal): readonly Grant[] =>
  liveGrants(proposal.account().grants, proposal.now);

export interface ReservationRequest {
  readonly reservationId: ReservationId;
  readonly enrichments: readonly { readonly enrichmentId: EnrichmentId; readonly amount: number }[];
  readonly keyRef: string;
}

/** Sets credits aside for all enrichments of a command, in one entry. The caller has checked that they are there. */
export const reserve = (proposal: Proposal, request: ReservationRequest): void => {
  const amount = request.enrichments.reduce((sum, enrichment) => sum + amountOf(enrichment.amount), 0);
  const grants = burn(spendableGrants(proposal), amount);
  recordCredits(proposal, 'CreditsReserved', { body: { ...request, amount }, grants });
};

/** Spends a part of what an enrichment reserved; its first shares go first. */
export const capture = (
  proposal: Proposal,
  enrichment: Enrichment,
  win: { readonly amount: number; readonly provider: string; readonly transactionId: TransactionId },
): void => {
  invariant(enrichment.transactionId === null, `${enrichment.id} is captured already`);
  invariant(win.amount <= enrichment.reserved, `${enrichment.id} reserved less than it costs`);
  const { reservationId, id: enrichmentId, operationType, pending } = enrichment;
  const grants = negated(takeFirst(pending?.split ?? [], win.amount).taken);
  recordCredits(proposal, 'CreditsCaptured', { body: { reservationId, enrichmentId, operationType, ...win }, grants });
};

/** Gives back what is left of an enrichment's reservation to the grants it came from; returns how much that was. */
export const release = (proposal: Proposal, enrichment: Enrichment, reason: CreditsReleased['reason']): number => {
  const grants = enrichment.pending?.split ?? [];
  const amount = totalOf(grants);
  if (amount === 0) return 0;
  const { reservationId, id: enrichmentId } = enrichment;
  recordCredits(proposal, 'CreditsReleased', { body: { reservationId, enrichmentId, amount, reason }, grants });
  return amount;
};
