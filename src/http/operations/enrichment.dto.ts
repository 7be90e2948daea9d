import type { PersonId } from '../../domain/kernel/ids.js';
import type { Field } from '../../domain/waterfall/plan.js';
import { IsAmount, IsFlag, IsId, IsOneOf, IsText, Optional } from '../input/rules.js';

/** What this dialect can look for; the others have more. */
export type OperationsField = Extract<Field, 'phones' | 'emails'>;
export const OPERATIONS_FIELDS: readonly OperationsField[] = ['phones', 'emails'];

/** OP-03, OP-21: path and query, for POST also the body. */
export class EnrichmentTargetDto {
  @IsId()
  readonly personId!: PersonId;

  @IsOneOf(OPERATIONS_FIELDS)
  readonly field!: OperationsField;
}

const WATERFALL_ID_LENGTH_MAX = 100;

/** What every request for enrichments may say, whomever it is for (OP-02, OP-11, OP-15). */
export class EnrichmentOptionsDto {
  @IsOneOf(OPERATIONS_FIELDS)
  readonly field!: OperationsField;

  @Optional()
  @IsAmount()
  readonly maxCredits?: number;

  @Optional()
  @IsText(WATERFALL_ID_LENGTH_MAX)
  readonly waterfallId?: string;
}

/** OP-02. */
export class EnrichmentRequestDto extends EnrichmentOptionsDto {
  @IsId()
  readonly personId!: PersonId;

  @Optional()
  @IsFlag()
  readonly force?: boolean;
}
