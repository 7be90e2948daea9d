import { applyDecorators } from '@nestjs/common';
import { ArrayMaxSize, IsArray, IsString, Matches, ValidateBy } from 'class-validator';
import type { PersonId } from '../../domain/kernel/ids.js';
import { Described } from '../input/described.js';
import { IsId, IsPattern, IsText, Optional } from '../input/rules.js';

const NAME_LENGTH_MAX = 200;
const TITLE_LENGTH_MAX = 300;
const URL_LENGTH_MAX = 2_048;
const EMAIL_LENGTH_MAX = 254;
const TAGS_MAX = 20;
const CUSTOM_BYTES_MAX = 10 * 1024;
const CUSTOM_DEPTH_MAX = 5;

const depthOf = (value: unknown): number =>
  value !== null && typeof value === 'object' ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0;

const isCustom = (value: unknown): boolean =>
  value !== null &&
  typeof value === 'object' &&
  !Array.isArray(value) &&
  Buffer.byteLength(JSON.stringify(value)) <= CUSTOM_BYTES_MAX &&
  depthOf(value) <= CUSTOM_DEPTH_MAX;

/** The client's own data: an object of at most 10 KiB and depth 5 (CO-07). */
const IsCustom = () =>
  applyDecorators(
    Described({ type: 'object', description: `at most ${CUSTOM_BYTES_MAX} bytes and depth ${CUSTOM_DEPTH_MAX}` }),
    ValidateBy({
      name: 'isCustom',
      validator: {
        validate: isCustom,
        defaultMessage: () =>
          `custom must be an object of at most ${CUSTOM_BYTES_MAX} bytes and depth ${CUSTOM_DEPTH_MAX}`,
      },
    }),
  );

/** PR-01. Which combinations identify somebody is checked with the canonical forms (EN-03, EN-17). */
export class PersonDto {
  @Optional()
  @IsId()
  readonly id?: PersonId;

  @Optional()
  @IsText(NAME_LENGTH_MAX)
  readonly firstName?: string;

  @Optional()
  @IsText(NAME_LENGTH_MAX)
  readonly lastName?: string;

  @Optional()
  @IsText(NAME_LENGTH_MAX)
  readonly fullName?: string;

  @Optional()
  @IsText(TITLE_LENGTH_MAX)
  readonly title?: string;

  @Optional()
  @IsText(NAME_LENGTH_MAX)
  readonly companyName?: string;

  @Optional()
  @IsText(URL_LENGTH_MAX)
  readonly companyDomain?: string;

  @Optional()
  @IsPattern(/^[A-Z]{2}$/, 'an ISO 3166-1 alpha-2 code in capitals')
  readonly country?: string;

  @Optional()
  @IsText(URL_LENGTH_MAX)
  readonly linkedinUrl?: string;

  @Optional()
  @IsText(EMAIL_LENGTH_MAX)
  readonly email?: string;

  @Optional()
  @IsText(URL_LENGTH_MAX)
  readonly xHandle?: string;

  @Optional()
  @IsText(URL_LENGTH_MAX)
  readonly githubUsername?: string;

  @Optional()
  @Described({ type: 'array', maxItems: TAGS_MAX, items: { type: 'string', minLength: 1, maxLength: 64 } })
  @IsArray({ message: 'tags must be an array' })
  @ArrayMaxSize(TAGS_MAX, { message: `tags must have at most ${TAGS_MAX} entries` })
  @IsString({ each: true, message: 'tags must be strings' })
  @Matches(/^.{1,64}$/su, { each: true, message: 'tags must have 1 to 64 characters each' })
  readonly tags?: readonly string[];

  @Optional()
  @IsCustom()
  readonly custom?: Readonly<Record<string, unknown>>;
}

export class PersonIdDto {
  @IsId()
  readonly id!: PersonId;
}
