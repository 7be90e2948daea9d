import { IsObject } from 'class-validator';
import { ApiError, invalidInput } from '../../commands/api-error.js';
import { isUuid, type PersonId } from '../../domain/kernel/ids.js';
import type { Filter } from '../../projections/persons/filter/filter.js';
import type { JsonSchema } from '../../events/schema-parts.js';
import { Described } from '../input/described.js';
import { unknownProperty } from '../input/input.decorator.js';
import { Optional } from '../input/rules.js';
import { FILTER_OR_ALL } from '../persons/filter.schema.js';
import { filterAt } from '../persons/filters.js';
import { EnrichmentOptionsDto } from './enrichment.dto.js';

/** OP-15, OP-16. */
export const BULK_IDS_MAX = 1_000;
/** Beyond this an offset reads more than it answers. */
export const START_INDEX_MAX = 1_000_000;

export type Selection =
  | { readonly mode: 'manual'; readonly includedIds: readonly PersonId[] }
  | {
      readonly mode: 'bulk';
      readonly startIndex: number;
      readonly targetCount: number;
      readonly excludedIds: readonly PersonId[];
      readonly filter: Filter;
    };

const ids = (min: number): JsonSchema => ({
  type: 'array',
  minItems: min,
  maxItems: BULK_IDS_MAX,
  items: { type: 'string', format: 'uuid' },
});

/** As `selectionOf` checks it; that filters stand inside or beside, once, no schema of an object alone can say. */
export const SELECTION: JsonSchema = {
  anyOf: [
    {
      type: 'object',
      required: ['mode', 'includedIds'],
      properties: { mode: { const: 'manual' }, includedIds: ids(1) },
      additionalProperties: false,
    },
    {
      type: 'object',
      required: ['mode', 'targetCount'],
      properties: {
        mode: { const: 'bulk' },
        startIndex: { type: 'integer', minimum: 0, maximum: START_INDEX_MAX, default: 0 },
        targetCount: { type: 'integer', minimum: 1, maximum: BULK_IDS_MAX },
        excludedIds: ids(0),
        filters: FILTER_OR_ALL,
      },
      additionalProperties: false,
    },
  ],
};

export class EnrichmentBulkDto extends EnrichmentOptionsDto {
  @Described(SELECTION)
  @IsObject({ message: 'selection must be an object' })
  readonly selection!: object;

  @Optional()
  @Described(FILTER_OR_ALL)
  @IsObject({ message: 'filters must be an object' })
  readonly filters?: object;
}

type Given = Readonly<Record<string, unknown>>;

/** @throws ApiError naming the first fault by its path */
export const selectionOf = ({ selection, filters }: Pick<EnrichmentBulkDto, 'selection' | 'filters'>): Selection => {
  const given = selection as Given;
  if (given['mode'] === 'manual') return manualOf(given, filters);
  if (given['mode'] === 'bulk') return bulkOf(given, filters);
  throw invalidInput('selection.mode', 'selection.mode must be one of: manual, bulk');
};

const manualOf = (given: Given, filters: object | undefined): Selection => {
  refuseOthers(given, ['mode', 'includedIds']);
  if (filters !== undefined) throw invalidInput('filters', 'filters must not be given in manual mode');
  const includedIds = idsAt(given, 'includedIds');
  if (includedIds.length === 0) throw tooFew('includedIds');
  return { mode: 'manual', includedIds };
};

const bulkOf = (given: Given, filters: object | undefined): Selection => {
  refuseOthers(given, ['mode', 'startIndex', 'targetCount', 'excludedIds', 'filters']);
  const { startIndex = 0, targetCount } = given;
  return {
    mode: 'bulk',
    startIndex: countAt('startIndex', startIndex, { min: 0, max: START_INDEX_MAX }),
    targetCount: countAt('targetCount', targetCount, { min: 1, max: BULK_IDS_MAX }),
    excludedIds: given['excludedIds'] === undefined ? [] : idsAt(given, 'excludedIds'),
    filter: filterIn(given, filters),
  };
};

/** Exactly once: inside of `selection`, or beside it. */
const filterIn = (given: Given, beside: object | undefined): Filter => {
  const inside = given['filters'];
  if (inside !== undefined && beside !== undefined) {
    throw invalidInput('filters', 'filters must be given once: in selection or beside it', 'repeated_filters');
  }
  if (inside !== undefined) return filterAt(inside, 'selection.filters');
  if (beside !== undefined) return filterAt(beside, 'filters');
  throw invalidInput('filters', 'filters is required in bulk mode; {} matches all', 'filters_required');
};

const refuseOthers = (given: Given, known: readonly string[]): void => {
  const other = Object.keys(given).find((key) => !known.includes(key));
  if (other !== undefined) throw unknownProperty(`selection.${other}`);
};

const idsAt = (given: Given, key: string): readonly PersonId[] => {
  const ids = given[key];
  const path = `selection.${key}`;
  if (!Array.isArray(ids)) throw invalidInput(path, `${path} must be an array of UUIDs`);
  if (ids.length > BULK_IDS_MAX)
    throw invalidInput(path, `${path} must have at most ${BULK_IDS_MAX} ids`, 'too_many_ids');
  return ids.map((id: unknown, index) => {
    const lower = typeof id === 'string' ? id.toLowerCase() : '';
    if (!isUuid(lower)) throw invalidInput(`${path}.${index}`, `${path}.${index} must be a UUID`, 'invalid_ids');
    return lower as PersonId;
  });
};

const countAt = (key: string, value: unknown, { min, max }: { readonly min: number; readonly max: number }): number => {
  if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return value;
  throw invalidInput(`selection.${key}`, `selection.${key} must be a whole number from ${min} to ${max}`);
};

const tooFew = (key: string): ApiError =>
  invalidInput(`selection.${key}`, `selection.${key} must have at least one id`);
