/** The filter grammar of API OP-24, one for list and bulk. */
export const TEXT_FIELDS = [
  'firstName',
  'lastName',
  'fullName',
  'title',
  'companyName',
  'companyDomain',
  'country',
  'linkedinUrl',
  'source',
] as const;
export const DATE_FIELDS = ['createdAt', 'lastEnrichedAt'] as const;
export const FLAG_FIELDS = ['hasEmail', 'hasPhone'] as const;
export type TextField = (typeof TEXT_FIELDS)[number];
export type DateField = (typeof DATE_FIELDS)[number];
export type FlagField = (typeof FLAG_FIELDS)[number];

export type DateOp = 'eq' | 'neq' | 'gt' | 'gte' | 'lt' | 'lte';

/**
 * A condition that was checked. Texts are as the user gave them; what counts in a comparison is `searchable`. Whoever
 * lacks a property is unlike every value: `neq` and `not` find them, `eq` and the comparisons do not.
 */
export type Condition =
  | {
      readonly kind: 'text';
      readonly field: TextField;
      readonly op: 'in' | 'notIn';
      readonly values: readonly string[];
    }
  | {
      readonly kind: 'search';
      readonly field: TextField;
      readonly op: 'contains' | 'startsWith';
      readonly value: string;
    }
  | { readonly kind: 'tags'; readonly op: 'in' | 'notIn'; readonly values: readonly string[] }
  | { readonly kind: 'date'; readonly field: DateField; readonly op: DateOp; readonly timeMs: number }
  | { readonly kind: 'date'; readonly field: DateField; readonly op: 'in'; readonly timesMs: readonly number[] }
  | { readonly kind: 'flag'; readonly field: FlagField; readonly values: readonly boolean[] }
  | { readonly kind: 'exists'; readonly field: TextField | DateField | FlagField | 'tags'; readonly exists: boolean };

/** `{and: []}` matches all, `{or: []}` nobody. */
export type Filter =
  | Condition
  | { readonly kind: 'and' | 'or'; readonly filters: readonly Filter[] }
  | { readonly kind: 'not'; readonly filter: Filter };

export const MATCH_ALL: Filter = { kind: 'and', filters: [] };

/** Levels of `and`, `or` and `not` around a condition. */
export const FILTER_DEPTH_MAX = 3;
export const FILTER_CONDITIONS_MAX = 20;
export const IN_VALUES_MAX = 100;
/** Of `contains` and `startsWith`, after normalisation: a single letter finds everybody, slowly. */
export const SEARCH_LENGTH_MIN = 2;
export const VALUE_LENGTH_MAX = 2_048;

/** What is wrong with a filter, and where: `filters.and.0.value`. */
export class InvalidFilter extends Error {
  override readonly name = 'InvalidFilter';
  constructor(
    readonly path: string,
    message: string,
  ) {
    super(`${path} ${message}`);
  }
}
