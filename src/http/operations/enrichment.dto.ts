import type { PersonId } from '../../domain/kernel/ids.js';
import type { Field } from '../../domain/waterfall/plan.js';
import { IsId, IsOneOf } from '../input/rules.js';

/** What this dialect can look for; the others have more. */
export type OperationsField = Extract<Field, 'phones' | 'emails'>;
export const OPERATIONS_FIELDS: readonly OperationsField[] = ['phones', 'emails'];

/** OP-02, OP-03: path and query, for POST also the body. */
export class EnrichmentTargetDto {
  @IsId()
  readonly personId!: PersonId;

  @IsOneOf(OPERATIONS_FIELDS)
  readonly field!: OperationsField;
}
