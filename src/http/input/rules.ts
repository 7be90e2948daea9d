import { applyDecorators } from '@nestjs/common';
import { Transform } from 'class-transformer';
import { IsIn, IsString, Length, Matches, ValidateBy, ValidateIf } from 'class-validator';
import { isUuid } from '../../domain/kernel/ids.js';

/** May be left out; null is a value and has to pass the other rules. */
export const Optional = () => ValidateIf((_object, value) => value !== undefined);

/** A UUID of any version, accepted in upper case and stored lower (X-06, OP-06). */
export const IsId = () =>
  applyDecorators(
    Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? value.toLowerCase() : value)),
    ValidateBy({
      name: 'isId',
      validator: {
        validate: (value) => typeof value === 'string' && isUuid(value),
        defaultMessage: (args) => `${args?.property} must be a UUID`,
      },
    }),
  );

export const IsOneOf = (values: readonly string[]) =>
  IsIn([...values], { message: `$property must be one of: ${values.join(', ')}` });

export const IsText = (lengthMax: number) =>
  applyDecorators(
    IsString({ message: '$property must be a string' }),
    Length(1, lengthMax, { message: `$property must have 1 to ${lengthMax} characters` }),
  );

export const IsPattern = (pattern: RegExp, words: string) =>
  Matches(pattern, { message: `$property must be ${words}` });
