import { applyDecorators } from '@nestjs/common';
import { Transform } from 'class-transformer';
import { IsInt, Max, Min } from 'class-validator';
import { Described } from './described.js';
import { Optional } from './rules.js';

/** */
export const LIMIT_MAX = 200;
export const LIMIT_DEFAULT = 50;

/** A number of a query, which is text there; no other text passes for one. */
export const IsCount = (min: number, max: number) => {
  const message = `$property must be a whole number from ${min} to ${max}`;
  return applyDecorators(
    Described({ type: 'integer', minimum: min, maximum: max }),
    Transform(({ value }: { value: unknown }) => (/^\d{1,9}$/.test(String(value)) ? Number(value) : value)),
    IsInt({ message }),
    Min(min, { message }),
    Max(max, { message }),
  );
};

/** Give the property LIMIT_DEFAULT. */
export const IsLimit = () => applyDecorators(Optional(), IsCount(1, LIMIT_MAX));
