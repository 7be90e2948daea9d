import type { PersonId } from '../../domain/kernel/ids.js';
import { AreIds } from '../input/rules.js';
import { EnrichmentOptionsDto } from './enrichment.dto.js';

/** OP-11; bulk has its own, higher limit. */
export const BATCH_IDS_MAX = 100;

export class EnrichmentBatchDto extends EnrichmentOptionsDto {
  @AreIds(BATCH_IDS_MAX)
  readonly personIds!: readonly PersonId[];
}
