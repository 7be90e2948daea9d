import type { PersonId } from '../../domain/kernel/ids.js';
import { AreIds, IsOneOf } from '../input/rules.js';
import { OPERATIONS_FIELDS, type OperationsField } from './enrichment.dto.js';

/** OP-11; bulk has its own, higher limit. */
export const BATCH_IDS_MAX = 100;

/** `maxCredits` and `waterfallId` are not known yet. */
export class EnrichmentBatchDto {
  @AreIds(BATCH_IDS_MAX)
  readonly personIds!: readonly PersonId[];

  @IsOneOf(OPERATIONS_FIELDS)
  readonly field!: OperationsField;
}
