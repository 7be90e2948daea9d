import { IsOneOf, Optional } from '../../input/rules.js';
import { OTHER_COLUMNS, type OtherColumns } from './csv-columns.js';

/** PR-04; of CSV files only. */
export class ImportDto {
  @Optional()
  @IsOneOf(OTHER_COLUMNS)
  readonly otherColumns?: OtherColumns;
}
