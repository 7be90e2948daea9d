import { IsObject } from 'class-validator';
import { invalidInput } from '../../commands/api-error.js';
import type { PersonId } from '../../domain/kernel/ids.js';
import { Described } from '../input/described.js';
import { unknownProperty } from '../input/input.decorator.js';
import { AreIds, IsFlag, IsId, Optional } from '../input/rules.js';
import { BATCH_IDS_MAX } from './enrichment-batch.dto.js';
import { FILTER_OR_ALL } from '../persons/filter.schema.js';
import { SELECTION, selectionOf, type Selection } from './enrichment-bulk.dto.js';
import { EnrichmentOptionsDto } from './enrichment.dto.js';

/** OP-23: the body of a single request (with the person in it), of a batch, or of a bulk. */
export class EnrichmentEstimateDto extends EnrichmentOptionsDto {
  @Optional()
  @IsId()
  readonly personId?: PersonId;

  @Optional()
  @IsFlag()
  readonly force?: boolean;

  @Optional()
  @AreIds(BATCH_IDS_MAX)
  readonly personIds?: readonly PersonId[];

  @Optional()
  @Described(SELECTION)
  @IsObject({ message: 'selection must be an object' })
  readonly selection?: object;

  @Optional()
  @Described(FILTER_OR_ALL)
  @IsObject({ message: 'filters must be an object' })
  readonly filters?: object;
}

/** Whom it is for. */
export type EstimateTarget =
  | { readonly kind: 'single'; readonly personId: PersonId }
  | { readonly kind: 'batch'; readonly personIds: readonly PersonId[] }
  | { readonly kind: 'bulk'; readonly selection: Selection };

const ONE_OF = 'exactly one of personId, personIds, selection is required';

/** @throws ApiError for none or several targets, and for what the body of the one that is given does not know */
export const targetOf = (given: EnrichmentEstimateDto): EstimateTarget => {
  const { personId, personIds, selection, filters } = given;
  const targets = [personId, personIds, selection].filter((target) => target !== undefined);
  if (targets.length !== 1) throw invalidInput('', ONE_OF, 'invalid_target');
  if (personId === undefined) refuse(given, 'force');
  if (selection === undefined) refuse(given, 'filters');
  if (personId !== undefined) return { kind: 'single', personId };
  if (personIds !== undefined) return { kind: 'batch', personIds };
  const bulk = { selection: selection ?? {}, ...(filters !== undefined && { filters }) };
  return { kind: 'bulk', selection: selectionOf(bulk) };
};

const refuse = (given: EnrichmentEstimateDto, key: 'force' | 'filters'): void => {
  if (given[key] !== undefined) throw unknownProperty(key);
};
