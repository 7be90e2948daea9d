import { Type } from 'class-transformer';
import { IsObject, ValidateNested } from 'class-validator';
import { Described, inputProperties, objectSchema } from '../input/described.js';
import { IsAmountOrNull, Optional } from '../input/rules.js';

/** CR-07; null takes a cap away. */
export class CapsDto {
  @Optional()
  @IsAmountOrNull()
  readonly daily?: number | null;

  @Optional()
  @IsAmountOrNull()
  readonly monthly?: number | null;
}

/** WF-10: those settings that take effect; all others are unknown. */
export class SettingsDto {
  @Optional()
  @Described(objectSchema(inputProperties(CapsDto)))
  @IsObject({ message: 'caps must be an object' })
  @ValidateNested()
  @Type(() => CapsDto)
  readonly caps?: CapsDto;

  /** CR-13; null: no credits are few. */
  @Optional()
  @IsAmountOrNull()
  readonly creditThreshold?: number | null;
}
