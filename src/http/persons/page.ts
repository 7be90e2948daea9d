import { invalidInput } from '../../commands/api-error.js';
import { isUuid, type PersonId } from '../../domain/kernel/ids.js';
import type { Instant } from '../../domain/kernel/instant.js';
import { CURSOR_LENGTH_MAX } from '../input/cursor.js';
import { IsLimit, LIMIT_DEFAULT } from '../input/limit.js';
import { IsOneOf, IsText, Optional } from '../input/rules.js';

/** By age, oldest first; with a minus newest first. */
export type Order = 'createdAt' | '-createdAt';

/** JSON in a URL; the head of a request ends at 16 KiB anyway. */
const FILTERS_LENGTH_MAX = 8_192;
const Q_LENGTH_MAX = 200;

/** PR-03. */
export class PersonsPageDto {
  @IsLimit()
  readonly limit: number = LIMIT_DEFAULT;

  @Optional()
  @IsText(CURSOR_LENGTH_MAX)
  readonly cursor?: string;

  @Optional()
  @IsOneOf(['createdAt', '-createdAt'])
  readonly order: Order = 'createdAt';

  @Optional()
  @IsText(FILTERS_LENGTH_MAX)
  readonly filters?: string;

  @Optional()
  @IsText(Q_LENGTH_MAX)
  readonly q?: string;
}

/** The last person of a page. */
export interface PageEnd {
  readonly createdAt: Instant;
  readonly id: PersonId;
}

/** Opaque to clients; it holds nothing secret, and the org is never taken from it. */
export const cursorOf = ({ createdAt, id }: PageEnd, order: Order): string =>
  Buffer.from(JSON.stringify([order, createdAt, id])).toString('base64url');

/** @throws ApiError for what is no cursor of ours, or one of another order */
export const pageEndOf = (cursor: string, order: Order): PageEnd => {
  const [of, createdAt, id] = partsOf(cursor);
  if (of !== order || typeof createdAt !== 'string' || typeof id !== 'string') throw invalidCursor();
  if (!INSTANT.test(createdAt) || Number.isNaN(Date.parse(createdAt)) || !isUuid(id)) throw invalidCursor();
  return { createdAt: createdAt as Instant, id: id as PersonId };
};

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

const partsOf = (cursor: string): readonly unknown[] => {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    return Array.isArray(parts) ? parts : [];
  } catch {
    return []; // Whatever it was, it is no cursor of ours.
  }
};

const invalidCursor = () => invalidInput('cursor', 'cursor must come from the page before, in the same order');
