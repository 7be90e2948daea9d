import { applyDecorators } from '@nestjs/common';
import { ValidateBy } from 'class-validator';
import { Described } from './described.js';
import { instantOf, type Instant } from '../../domain/kernel/instant.js';

const INSTANT = /^[12]\d{3}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)$/;
const DAY = /^[12]\d{3}-\d\d-\d\d$/;
const DAY_LENGTH = 10;
const DAY_MS = 86_400_000;

/** `Date` takes 30 February for 2 March. */
const isDay = (text: string): boolean =>
  DAY.test(text) && !Number.isNaN(Date.parse(text)) && instantOf(Date.parse(text)).startsWith(text);

const isInstant = (text: string): boolean =>
  INSTANT.test(text) && isDay(text.slice(0, DAY_LENGTH)) && !Number.isNaN(Date.parse(text));

interface DateRule {
  readonly name: string;
  readonly isValid: (text: string) => boolean;
  readonly pattern: RegExp;
  readonly words: string;
}

const rule =
  ({ name, isValid, pattern, words }: DateRule) =>
  () =>
    applyDecorators(
      Described({ type: 'string', pattern: pattern.source, description: words }),
      ValidateBy({
        name,
        validator: {
          validate: (value) => typeof value === 'string' && isValid(value),
          defaultMessage: (args) => `${args?.property} must be ${words}`,
        },
      }),
    );

/** a point in time with its zone. */
export const IsInstant = rule({
  name: 'isInstant',
  isValid: isInstant,
  pattern: INSTANT,
  words: 'an ISO 8601 instant such as 2026-11-21T01:02:03.004Z',
});

/** An instant, or a whole day in UTC. */
export const IsDate = rule({
  name: 'isDate',
  isValid: (text) => isInstant(text) || isDay(text),
  pattern: new RegExp(`${DAY.source}|${INSTANT.source}`),
  words: 'an ISO 8601 date or instant such as 2026-11-21 or 2026-11-21T01:02:03.004Z',
});

export const instantAt = (text: string): Instant => instantOf(Date.parse(text));

/** The first instant that `text`, a valid date, does not cover: the day after, or a millisecond later. */
export const instantAfter = (text: string): Instant => instantOf(Date.parse(text) + (isDay(text) ? DAY_MS : 1));
