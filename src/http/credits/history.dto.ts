import { invalidInput } from '../../commands/api-error.js';
import type { OrgId } from '../../domain/kernel/ids.js';
import type { HistoryFilter, HistoryPage, TransactionType } from '../../projections/credits/credit-history.query.js';
import { CURSOR_LENGTH_MAX, cursorAt, endOf, type Listed } from '../input/cursor.js';
import { instantAfter, instantAt, IsDate, IsInstant } from '../input/instants.js';
import { IsCount, IsLimit, LIMIT_DEFAULT } from '../input/limit.js';
import { IsOneOf, IsText, Optional } from '../input/rules.js';

/** Every skipped transaction is read: whoever goes further uses the cursor. */
export const OFFSET_MAX = 10_000;
/** What moves a balance: CR-01's operations, and what is no operation under the name of its entry. */
const OPERATION_TYPES = [
  'enrichment_email',
  'enrichment_phone',
  'enrichment_personal_email',
  'enrichment_signals',
  'grant',
  'expiry',
  'refund',
  'adjustment',
];

/** CR-09. */
export class BalanceDto {
  @Optional()
  @IsInstant()
  readonly at?: string;
}

/** CR-09. */
export class HistoryDto {
  @Optional()
  @IsDate()
  readonly startDate?: string;

  /** Included: a day up to its end. */
  @Optional()
  @IsDate()
  readonly endDate?: string;

  @Optional()
  @IsOneOf(['credit_added', 'credit_consumed'])
  readonly type?: TransactionType;

  @Optional()
  @IsOneOf(OPERATION_TYPES)
  readonly operationType?: string;

  @IsLimit()
  readonly limit: number = LIMIT_DEFAULT;

  @Optional()
  @IsCount(0, OFFSET_MAX)
  readonly offset?: number;

  @Optional()
  @IsText(CURSOR_LENGTH_MAX)
  readonly cursor?: string;
}

/** @throws ApiError for dates in the wrong order, and for a cursor beside an offset or of another list */
export const historyPageOf = (orgId: OrgId, { limit, offset, cursor, ...asked }: HistoryDto): HistoryPage => {
  const filter = filterOf(asked);
  if (cursor !== undefined && offset !== undefined) {
    throw invalidInput('cursor', 'give either cursor or offset', 'conflicting_cursor');
  }
  const before = cursor === undefined ? null : endOf(cursor, listedBy(orgId, filter));
  return { filter, limit, before, offset: offset ?? 0 };
};

export const historyCursor = (orgId: OrgId, filter: HistoryFilter, lastEntry: number): string =>
  cursorAt(lastEntry, listedBy(orgId, filter));

const filterOf = (asked: Pick<HistoryDto, 'startDate' | 'endDate' | 'type' | 'operationType'>): HistoryFilter => {
  const { startDate, endDate, type = null, operationType = null } = asked;
  const from = startDate === undefined ? null : instantAt(startDate);
  const until = endDate === undefined ? null : instantAfter(endDate);
  // Instants are ISO 8601 of one length: their order is that of the text.
  if (from !== null && until !== null && until <= from) {
    throw invalidInput('endDate', 'endDate must not be before startDate');
  }
  return { from, until, type, operationType };
};

const listedBy = (orgId: OrgId, { from, until, type, operationType }: HistoryFilter): Listed => [
  'credit-history',
  orgId,
  from,
  until,
  type,
  operationType,
];
