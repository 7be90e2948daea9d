import { availableIn, type Account } from '../../domain/credits/account.js';
import { ledgerEntryOf, type CreditEventType, type LedgerEntry } from '../../domain/credits/chain.js';
import type { Instant } from '../../domain/kernel/instant.js';
import type { SealedNote } from '../../events/credit.events.js';
import type { StoredEvent } from '../../events/event.js';
import type { Evolution } from '../evolution.js';
import { column, table } from '../table.js';
import { nextExpiryOf, type NextExpiry } from './next-expiry.js';

type CreditEvent = StoredEvent<CreditEventType>;

/** One link of an org's credit chain with the account as it stood after it (API CR-10). */
export interface EntryRow {
  readonly event: CreditEvent;
  readonly entry: LedgerEntry;
  readonly about: EntrySubject;
  readonly account: Account;
  readonly nextExpiry: NextExpiry | null;
}

/** What an entry is about, as far as its type tells. */
interface EntrySubject {
  readonly enrichmentId: string | null;
  readonly transactionId: string | null;
  readonly operationType: string | null;
  readonly provider: string | null;
  readonly source: string | null;
  readonly referenceId: string | null;
  readonly reason: string | null;
  readonly expiresAt: Instant | null;
  readonly note: SealedNote | null;
}

export const CREDIT_ENTRIES = table<EntryRow>({
  name: 'credit_entries',
  key: ['org_id', 'entry'],
  newerBy: 'never',
  columns: [
    column('org_id', 'text', ({ event }) => event.orgId),
    column('entry', 'bigint', ({ event }) => event.data.entry),
    column('type', 'text', ({ entry }) => entry.type),
    column('amount', 'bigint', ({ entry }) => entry.amount),
    column('reserved_delta', 'bigint', ({ entry }) => entry.reservedDelta),
    column('reservation_id', 'uuid', ({ entry }) => entry.reservationId),
    column('enrichment_id', 'uuid', ({ about }) => about.enrichmentId),
    column('transaction_id', 'uuid', ({ about }) => about.transactionId),
    column('operation_type', 'text', ({ about }) => about.operationType),
    column('provider', 'text', ({ about }) => about.provider),
    column('source', 'text', ({ about }) => about.source),
    column('reference_id', 'text', ({ about }) => about.referenceId),
    column('reason', 'text', ({ about }) => about.reason),
    column('grants', 'jsonb', ({ event }) => JSON.stringify(event.data.grants)),
    column('balance_after', 'bigint', ({ account }) => account.balance),
    column('available_after', 'bigint', ({ account }) => availableIn(account)),
    column('expires_at', 'timestamptz', ({ about }) => about.expiresAt),
    column('note_key_id', 'text', ({ about }) => about.note?.keyId ?? null),
    column('note_sealed', 'text', ({ about }) => about.note?.sealed ?? null),
    column('next_expiry_amount', 'bigint', ({ nextExpiry }) => nextExpiry?.amount ?? null),
    column('next_expiry_at', 'timestamptz', ({ nextExpiry }) => nextExpiry?.at ?? null),
    column('time', 'timestamptz', ({ event }) => event.time),
    column('prev_hash', 'text', ({ event }) => event.data.prevHash),
    column('hash', 'text', ({ event }) => event.data.hash),
    column('event_id', 'text', ({ event }) => event.id),
    column('partition', 'smallint', ({ event }) => event.partition),
    column('seq', 'bigint', ({ event }) => event.seq),
  ],
});

export const foldEntries = ({ accounts }: Evolution): readonly EntryRow[] =>
  accounts.map(({ event, after }) => entryAfter(event, after));

const entryAfter = (event: CreditEvent, account: Account): EntryRow => ({
  event,
  entry: ledgerEntryOf(event),
  about: subjectOf(event),
  account,
  nextExpiry: nextExpiryOf(account),
});

const NOTHING: EntrySubject = {
  enrichmentId: null,
  transactionId: null,
  operationType: null,
  provider: null,
  source: null,
  referenceId: null,
  reason: null,
  expiresAt: null,
  note: null,
};

const subjectOf = (event: CreditEvent): EntrySubject => {
  switch (event.type) {
    case 'CreditsReserved':
      return NOTHING;
    case 'CreditsCaptured': {
      const { enrichmentId, transactionId, operationType, provider } = event.data;
      return { ...NOTHING, enrichmentId, transactionId, operationType, provider };
    }
    case 'CreditsReleased':
      return { ...NOTHING, enrichmentId: event.data.enrichmentId, reason: event.data.reason };
    case 'CreditsGranted': {
      const { source, referenceId, expiresAt, note = null } = event.data;
      return { ...NOTHING, source, referenceId, expiresAt, note };
    }
    case 'CreditsRefunded': {
      const { enrichmentId, transactionId, reasonCode: reason, note } = event.data;
      return { ...NOTHING, enrichmentId, transactionId, operationType: 'refund', reason, note };
    }
    case 'CreditsAdjusted': {
      const { transactionId, reasonCode: reason, note } = event.data;
      return { ...NOTHING, transactionId, operationType: 'adjustment', reason, note };
    }
    // CR-09 shows it as consumed by `expiry`.
    case 'CreditsExpired':
      return { ...NOTHING, operationType: 'expiry' };
  }
};
