import { invalidInput } from '../../commands/api-error.js';
import { InvalidFilter, MATCH_ALL, TEXT_FIELDS, type Filter } from '../../projections/persons/filter/filter.js';
import { repeatedName } from '../input/repeated-name.js';
import { parseFilter } from '../../projections/persons/filter/parse.js';
import { searchable } from '../../projections/persons/searchable.js';

/** OP-24 wherever it stands in the input. @throws ApiError with the path of the first fault */
export const filterAt = (given: unknown, path: string): Filter => {
  try {
    return parseFilter(given, path);
  } catch (error) {
    if (!(error instanceof InvalidFilter)) throw error;
    throw invalidInput(error.path, error.message, 'invalid_filters');
  }
};

/** PR-03: `filters` as JSON in the query, or words in `q`, or none of both. */
export const filterOfQuery = ({ filters, q }: { readonly filters?: string; readonly q?: string }): Filter => {
  if (filters === undefined) return q === undefined ? MATCH_ALL : wordsIn(q);
  if (q !== undefined) throw invalidInput('q', 'q must not be given together with filters');
  return filterAt(jsonOf(filters), 'filters');
};

const jsonOf = (text: string): unknown => {
  const filters = parsed(text);
  if (repeatedName(text) !== null)
    throw invalidInput('filters', 'filters must give every name once', 'invalid_filters');
  return filters;
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    throw invalidInput('filters', 'filters must be JSON', 'invalid_filters');
  }
};

const WORDS_MAX = 5;
const WORD_LENGTH_MIN = 2;

/** Every word has to stand somewhere in what is known of the person. */
const wordsIn = (q: string): Filter => {
  const words = searchable(q).split(' ');
  if (words.length > WORDS_MAX || words.some((word) => word.length < WORD_LENGTH_MIN)) {
    throw invalidInput('q', `q must be 1 to ${WORDS_MAX} words of at least ${WORD_LENGTH_MIN} characters`);
  }
  return { kind: 'and', filters: words.map(somewhere) };
};

const SEARCHED = TEXT_FIELDS.filter((field) => field !== 'source' && field !== 'country');

const somewhere = (value: string): Filter => ({
  kind: 'or',
  filters: SEARCHED.map((field) => ({ kind: 'search', field, op: 'contains', value })),
});
