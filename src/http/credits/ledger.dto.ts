import type { OrgId } from '../../domain/kernel/ids.js';
import { CURSOR_LENGTH_MAX, cursorAt, endOf } from '../input/cursor.js';
import { IsCount, IsLimit, LIMIT_DEFAULT } from '../input/limit.js';
import { IsText, Optional } from '../input/rules.js';

/** CR-10. */
export class EntriesDto {
  @IsLimit()
  readonly limit: number = LIMIT_DEFAULT;

  @Optional()
  @IsText(CURSOR_LENGTH_MAX)
  readonly cursor?: string;
}

/** @throws ApiError for a cursor of another list */
export const entryBefore = (orgId: OrgId, { cursor }: EntriesDto): number =>
  cursor === undefined ? 0 : endOf(cursor, listedBy(orgId));

export const entriesCursor = (orgId: OrgId, lastEntry: number): string => cursorAt(lastEntry, listedBy(orgId));

const listedBy = (orgId: OrgId) => ['credit-entries', orgId] as const;

/** CR-11. */
export class ProofDto {
  @IsCount(1, 999_999_999)
  readonly entry!: number;
}
