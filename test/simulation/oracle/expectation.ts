import type { Command } from '../../../src/domain/command.js';
import type { EnrichmentPage } from './enrichment-page.js';
import type { BrokenCap } from './spending-book.js';
import type { OrgBook } from './org-book.js';
import { lastMsOf } from './memory-book.js';
import { dearestOf } from './waterfall.js';

/** What has to come of a command: nothing (it changes nothing), a refusal as `CODE reason`, or events. */
export type Expectation = 'silence' | 'events' | { readonly refusal: string };

const refusal = (text: string): Expectation => ({ refusal: text });
const refusedOr = (text: string | null, otherwise: Expectation = 'events'): Expectation =>
  text === null ? otherwise : refusal(text);

/** Says so from the books alone, before the events of the command are looked at. */
export const expectationOf = (command: Command, book: OrgBook, nowMs: number): Expectation => {
  if (command.type === 'EstimateEnrichments') return 'silence';
  const known = book.memory.recall(command, nowMs);
  if (known === 'again') return 'silence';
  if (known === 'conflict') return refusal('IDEMPOTENCY_CONFLICT idempotency_key_reused');
  if (nowMs > lastMsOf(command)) return refusal('UNAVAILABLE expired');
  switch (command.type) {
    case 'RecordPerson':
      return refusedOr(book.persons.refusalOf(command));
    case 'RequestEnrichments':
      return refusedOr(requestRefusal(command, book, nowMs));
    case 'RecordProviderResponse':
      return responseExpectation(command, book);
    case 'ExpireEnrichment':
      return expireExpectation(command, book, nowMs);
    case 'CancelEnrichment':
      return refusedOr(cancelRefusal(command, book));
    case 'GrantCredits':
      return refusedOr(grantRefusal(command, nowMs));
    case 'RefundEnrichment':
      return refusedOr(refundRefusal(command, book));
    case 'AdjustCredits':
      return refusedOr(adjustRefusal(command, book, nowMs));
    case 'ExpireGrants':
      return book.credits.dueAt(nowMs) + book.credits.warningsDueAt(nowMs) > 0 ? 'events' : 'silence';
    case 'ChangeSettings':
      return 'events';
    // Owners sign nothing in the simulated world: whoever sends one is at fault.
    case 'CheckpointLedger':
      return 'silence';
  }
};

const requestRefusal = (command: Command<'RequestEnrichments'>, book: OrgBook, nowMs: number): string | null => {
  if (command.data.force === true && !command.keyed) return 'VALIDATION_ERROR idempotency_key_required';
  if (command.data.personIds.some((id) => !book.persons.has(id))) return 'VALIDATION_ERROR unknown_person';
  const { required, available, broken } = fundsFor(command, book, nowMs);
  if (broken !== null) return 'CAP_EXCEEDED cap_exceeded';
  return required > available ? 'INSUFFICIENT_CREDITS insufficient_credits' : null;
};

/** What the new enrichments of a request reserve, and what there is once all that is over has been cleared. */
export const fundsFor = (command: Command<'RequestEnrichments'>, book: OrgBook, nowMs: number) => {
  const fresh = book.freshOf(command, nowMs);
  const overdue = fresh.flatMap((id) => book.currentOf(id, command.data) ?? []).filter((page) => page.isOverdue(nowMs));
  const freed = overdue.reduce((sum, { held }) => sum + book.credits.usableOf(held, nowMs), 0);
  const available = book.credits.available - book.credits.dueAt(nowMs) + freed;
  const required = fresh.length * dearestOf(command.data.plan);
  return { fresh, overdue, available, required, broken: brokenCap(command, book, { overdue, required, nowMs }) };
};

/** What the overdue ones had reserved is given back to their windows first. */
const brokenCap = (
  command: Command<'RequestEnrichments'>,
  { spending }: OrgBook,
  { overdue, required, nowMs }: { overdue: readonly EnrichmentPage[]; required: number; nowMs: number },
): BrokenCap | null =>
  spending.without(overdue, (after) => after.brokenBy(command, required, new Date(nowMs).toISOString()));

const responseExpectation = ({ data }: Command<'RecordProviderResponse'>, book: OrgBook): Expectation => {
  const page = book.enrichments.get(data.enrichmentId);
  if (page === undefined) return refusal('NOT_FOUND unknown_enrichment');
  return data.attempt <= page.answers.length ? 'silence' : 'events';
};

const expireExpectation = ({ data }: Command<'ExpireEnrichment'>, book: OrgBook, nowMs: number): Expectation => {
  const page = book.enrichments.get(data.enrichmentId);
  if (page === undefined) return refusal('NOT_FOUND unknown_enrichment');
  return page.isOverdue(nowMs) ? 'events' : 'silence';
};

const cancelRefusal = ({ data }: Command<'CancelEnrichment'>, book: OrgBook): string | null => {
  const page = book.currentOf(data.personId, data);
  if (page === undefined) return 'NOT_FOUND unknown_enrichment';
  return page.isPending ? null : 'CONFLICT not_pending';
};

const refundRefusal = ({ keyed, data }: Command<'RefundEnrichment'>, book: OrgBook): string | null => {
  if (!keyed) return 'VALIDATION_ERROR idempotency_key_required';
  const page = book.enrichments.get(data.enrichmentId);
  if (page === undefined) return 'NOT_FOUND unknown_enrichment';
  if (page.isPending) return 'CONFLICT still_pending';
  const captured = page.captured?.amount ?? 0;
  if (captured === 0) return 'CONFLICT nothing_captured';
  if (page.refunded !== null) return 'CONFLICT already_refunded';
  if (data.amount === 0) return 'VALIDATION_ERROR invalid_amount';
  return data.amount !== null && data.amount > captured ? 'CONFLICT more_than_captured' : null;
};

const adjustRefusal = ({ keyed, data }: Command<'AdjustCredits'>, book: OrgBook, nowMs: number): string | null => {
  if (!keyed) return 'VALIDATION_ERROR idempotency_key_required';
  if (data.amount === 0) return 'VALIDATION_ERROR invalid_amount';
  const available = book.credits.available - book.credits.dueAt(nowMs);
  return available + data.amount < 0 ? 'INSUFFICIENT_CREDITS insufficient_credits' : null;
};

const grantRefusal = ({ keyed, data }: Command<'GrantCredits'>, nowMs: number): string | null => {
  if (!keyed) return 'VALIDATION_ERROR idempotency_key_required';
  if (data.amount === 0) return 'VALIDATION_ERROR invalid_amount';
  return data.expiresAt !== null && Date.parse(data.expiresAt) <= nowMs ? 'VALIDATION_ERROR already_expired' : null;
};
