import { applyDecorators } from '@nestjs/common';
import { ValidateBy } from 'class-validator';
import type { OrgId, EnrichmentId } from '../../domain/kernel/ids.js';
import type { GrantSource, ReasonCode } from '../../events/credit.events.js';
import { Described } from '../input/described.js';
import { IsInstant } from '../input/instants.js';
import { IsId, IsOneOf, IsPattern, IsText, Optional } from '../input/rules.js';

const NOTE_LENGTH_MAX = 500;
const SOURCES: readonly GrantSource[] = ['purchase', 'subscription', 'bonus', 'manual', 'refund'];
const REASON_CODES: readonly ReasonCode[] = ['goodwill', 'bad_data', 'duplicate', 'correction', 'migration', 'other'];

const IsCredits = () =>
  applyDecorators(
    Described({ type: 'integer', minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
    ValidateBy({
      name: 'isCredits',
      validator: {
        validate: (value) => Number.isSafeInteger(value) && (value as number) > 0,
        defaultMessage: (args) => `${args?.property} must be a whole number of at least 1`,
      },
    }),
  );

const IsSignedCredits = () =>
  applyDecorators(
    Described({
      type: 'integer',
      minimum: -Number.MAX_SAFE_INTEGER,
      maximum: Number.MAX_SAFE_INTEGER,
      not: { const: 0 },
    }),
    ValidateBy({
      name: 'isSignedCredits',
      validator: {
        validate: (value) => Number.isSafeInteger(value) && value !== 0,
        defaultMessage: (args) => `${args?.property} must be a whole number other than 0`,
      },
    }),
  );

/** An operator's requests are about any org: the credential's own when they name none. */
abstract class OperatorDto {
  @Optional()
  @IsPattern(/^[A-Za-z0-9_-]{1,64}(~test)?$/, 'the id of an org')
  readonly orgId?: OrgId;
}

/** CR-06. */
export class GrantDto extends OperatorDto {
  @IsCredits()
  readonly amount!: number;

  @IsOneOf(SOURCES)
  readonly source!: GrantSource;

  @Optional()
  @IsInstant()
  readonly expiresAt?: string;

  /** Stands in clear in the log: an id, and nothing that could be a person's name or address. */
  @Optional()
  @IsPattern(/^[A-Za-z0-9._:/-]{1,128}$/, '1 to 128 letters, digits and . _ : / -')
  readonly referenceId?: string;

  @Optional()
  @IsText(NOTE_LENGTH_MAX)
  readonly description?: string;
}

abstract class ReasonDto extends OperatorDto {
  /** Sealed. */
  @IsText(NOTE_LENGTH_MAX)
  readonly reason!: string;

  /** Stands in clear in the log. */
  @Optional()
  @IsOneOf(REASON_CODES)
  readonly reasonCode?: ReasonCode;
}

/** CR-12. */
export class RefundDto extends ReasonDto {
  @IsId()
  readonly enrichmentId!: EnrichmentId;

  /** Left out: all that it cost. */
  @Optional()
  @IsCredits()
  readonly amount?: number;
}

/** CR-12. */
export class AdjustmentDto extends ReasonDto {
  @IsSignedCredits()
  readonly amount!: number;
}
