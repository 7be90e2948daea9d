import { searchable } from '../../src/projections/persons/searchable.js';
import type { Condition, Filter } from '../../src/projections/persons/filter/filter.js';
import type { SealedIdentity } from '../../src/vault/vault.js';

/** A person as a filter sees it, in memory. */
export interface Known {
  readonly id: string;
  readonly identity: SealedIdentity;
  readonly source: string;
  readonly createdMs: number;
  readonly hasEmail: boolean;
  readonly hasPhone: boolean;
  readonly lastEnrichedMs: number | null;
}

/** What the SQL has to agree with: the meaning of a filter, written once more and plainly. */
export const matches = (filter: Filter, person: Known): boolean => {
  if ('filters' in filter) {
    const results = filter.filters.map((one) => matches(one, person));
    return filter.kind === 'and' ? !results.includes(false) : results.includes(true);
  }
  return filter.kind === 'not' ? !matches(filter.filter, person) : holds(filter, person);
};

const textOf = (field: string, { identity, source }: Known): string | null => {
  const text = field === 'source' ? source : (identity as Record<string, string | undefined>)[field];
  return text === undefined || searchable(text) === '' ? null : searchable(text);
};

const timeOf = (field: string, person: Known): number | null =>
  field === 'createdAt' ? person.createdMs : person.lastEnrichedMs;

const holds = (condition: Condition, person: Known): boolean => {
  switch (condition.kind) {
    case 'exists':
      return isThere(condition.field, person) === condition.exists;
    case 'flag':
      return condition.values.includes(person[condition.field]);
    case 'tags': {
      const own = new Set((person.identity.tags ?? []).map(searchable));
      return condition.values.some((tag) => own.has(searchable(tag))) === (condition.op === 'in');
    }
    case 'date':
      return dateHolds(condition, timeOf(condition.field, person));
    case 'search':
      return searchHolds(condition, textOf(condition.field, person));
    case 'text':
      return textHolds(condition, textOf(condition.field, person));
  }
};

const isThere = (field: string, person: Known): boolean => {
  if (field === 'hasEmail' || field === 'hasPhone') return true;
  if (field === 'tags') return (person.identity.tags ?? []).length > 0;
  return field === 'createdAt' || field === 'lastEnrichedAt'
    ? timeOf(field, person) !== null
    : textOf(field, person) !== null;
};

const searchHolds = ({ op, value }: Extract<Condition, { kind: 'search' }>, text: string | null): boolean =>
  (op === 'contains' ? text?.includes(searchable(value)) : text?.startsWith(searchable(value))) === true;

const textHolds = ({ op, values }: Extract<Condition, { kind: 'text' }>, text: string | null): boolean =>
  (text !== null && values.map(searchable).includes(text)) === (op === 'in');

const dateHolds = (condition: Extract<Condition, { kind: 'date' }>, timeMs: number | null): boolean => {
  if (condition.op === 'neq') return timeMs !== condition.timeMs;
  if (timeMs === null) return false;
  if (condition.op === 'in') return condition.timesMs.includes(timeMs);
  const difference = timeMs - condition.timeMs;
  const holdsBy = { eq: difference === 0, gt: difference > 0, gte: difference >= 0, lt: difference < 0 };
  return condition.op === 'lte' ? difference <= 0 : holdsBy[condition.op];
};
