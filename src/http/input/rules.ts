import { applyDecorators } from '@nestjs/common';
import { Transform } from 'class-transformer';
import { IsBoolean, IsIn, IsString, Length, Matches, ValidateBy, ValidateIf } from 'class-validator';
import { isUuid } from '../../domain/kernel/ids.js';
import type { JsonSchema } from '../../events/schema-parts.js';
import { Described, DescribedOptional } from './described.js';

/** May be left out; null is a value and has to pass the other rules. */
export const Optional = () =>
  applyDecorators(
    DescribedOptional(),
    ValidateIf((_object, value) => value !== undefined),
  );

const UUID: JsonSchema = { type: 'string', format: 'uuid' };

/** A UUID of any version, accepted in upper case and stored lower (X-06, OP-06). */
export const IsId = () =>
  applyDecorators(
    Described(UUID),
    Transform(({ value }: { value: unknown }) => lowerCase(value)),
    ValidateBy({
      name: 'isId',
      validator: {
        validate: isId,
        defaultMessage: (args) => `${args?.property} must be a UUID`,
      },
    }),
  );

/** Hung on a rule whose breach has a reason of its own, other than `invalid_<property>`. */
export interface RuleContext {
  readonly reason: string;
}
const TOO_MANY_IDS: RuleContext = { reason: 'too_many_ids' };

/** As `IsId`, 1 to `max` of them; repeated ones are no fault. */
export const AreIds = (max: number) =>
  applyDecorators(
    Described({ type: 'array', items: UUID, minItems: 1, maxItems: max }, TOO_MANY_IDS.reason),
    Transform(({ value }: { value: unknown }) => (Array.isArray(value) ? value.map(lowerCase) : value)),
    ValidateBy({
      name: 'areIds',
      validator: {
        validate: (value) => Array.isArray(value) && value.length > 0 && value.every(isId),
        defaultMessage: (args) => {
          const { property, value } = args as { property: string; value: unknown };
          if (!Array.isArray(value) || value.length === 0) return `${property} must be an array of 1 to ${max} UUIDs`;
          return `${property}.${value.findIndex((item) => !isId(item))} must be a UUID`;
        },
      },
    }),
    ValidateBy(
      {
        name: 'notTooMany',
        validator: {
          validate: (value) => !Array.isArray(value) || value.length <= max,
          defaultMessage: (args) => `${args?.property} must have at most ${max} ids`,
        },
      },
      { context: TOO_MANY_IDS },
    ),
  );

const lowerCase = (value: unknown): unknown => (typeof value === 'string' ? value.toLowerCase() : value);
const isId = (value: unknown): boolean => typeof value === 'string' && isUuid(value);

export const IsOneOf = (values: readonly string[]) =>
  applyDecorators(
    Described({ enum: [...values] }),
    IsIn([...values], { message: `$property must be one of: ${values.join(', ')}` }),
  );

export const IsText = (lengthMax: number) =>
  applyDecorators(
    Described({ type: 'string', minLength: 1, maxLength: lengthMax }),
    IsString({ message: '$property must be a string' }),
    Length(1, lengthMax, { message: `$property must have 1 to ${lengthMax} characters` }),
  );

/** A number of credits, as JSON has numbers: never a string. */
export const IsAmount = () =>
  applyDecorators(
    Described({ type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
    ValidateBy({
      name: 'isAmount',
      validator: {
        validate: (value) => Number.isSafeInteger(value) && (value as number) >= 0,
        defaultMessage: (args) => `${args?.property} must be a whole number from 0 to ${Number.MAX_SAFE_INTEGER}`,
      },
    }),
  );

export const IsAmountOrNull = () =>
  applyDecorators(
    ValidateIf((_object, value) => value !== null),
    IsAmount(),
    Described({ type: ['integer', 'null'] }),
  );

export const IsFlag = () =>
  applyDecorators(Described({ type: 'boolean' }), IsBoolean({ message: '$property must be true or false' }));

export const IsPattern = (pattern: RegExp, words: string) =>
  applyDecorators(
    Described({ type: 'string', pattern: pattern.source, description: words }),
    Matches(pattern, { message: `$property must be ${words}` }),
  );
