import {
  DATE_FIELDS,
  FILTER_CONDITIONS_MAX,
  FILTER_DEPTH_MAX,
  FLAG_FIELDS,
  IN_VALUES_MAX,
  SEARCH_LENGTH_MIN,
  TEXT_FIELDS,
  VALUE_LENGTH_MAX,
} from '../../projections/persons/filter/filter.js';
import type { JsonSchema } from '../../events/schema-parts.js';
import { named, reference } from '../openapi/named.js';

const condition = (fields: readonly string[], ops: readonly string[], value: JsonSchema): JsonSchema => ({
  type: 'object',
  required: ['field', 'op', 'value'],
  properties: { field: { enum: fields }, op: { enum: ops }, value },
  additionalProperties: false,
});

const text: JsonSchema = { type: 'string', minLength: 1, maxLength: VALUE_LENGTH_MAX };
const searched: JsonSchema = { ...text, description: `At least ${SEARCH_LENGTH_MIN} characters.` };
const date: JsonSchema = { type: 'string', description: 'ISO 8601' };
const flag: JsonSchema = { type: 'boolean' };
const listOf = (items: JsonSchema): JsonSchema => ({ type: 'array', minItems: 1, maxItems: IN_VALUES_MAX, items });
const SAME = ['eq', 'neq'];

const conditions: readonly JsonSchema[] = [
  condition(TEXT_FIELDS, SAME, text),
  condition(TEXT_FIELDS, ['in'], listOf(text)),
  condition(TEXT_FIELDS, ['contains', 'startsWith'], searched),
  condition(['tags'], [...SAME, 'contains'], text),
  condition(['tags'], ['in'], listOf(text)),
  condition(DATE_FIELDS, [...SAME, 'gt', 'gte', 'lt', 'lte'], date),
  condition(DATE_FIELDS, ['in'], listOf(date)),
  condition(FLAG_FIELDS, SAME, flag),
  condition(FLAG_FIELDS, ['in'], listOf(flag)),
  condition([...TEXT_FIELDS, ...DATE_FIELDS, ...FLAG_FIELDS, 'tags'], ['exists'], flag),
];

const group = (name: string, value: JsonSchema): JsonSchema => ({
  type: 'object',
  required: [name],
  properties: { [name]: value },
  additionalProperties: false,
});

const SELF = reference('Filter');
const several: JsonSchema = { type: 'array', minItems: 1, maxItems: FILTER_CONDITIONS_MAX, items: SELF };

/** OP-24. */
export const FILTER = named('Filter', {
  description: `At most ${FILTER_DEPTH_MAX} levels and ${FILTER_CONDITIONS_MAX} conditions. Neither case nor accents count; whoever lacks a property is unlike every value.`,
  anyOf: [...conditions, group('and', several), group('or', several), group('not', SELF)],
});

/** Where `{}` stands for everybody. */
export const FILTER_OR_ALL: JsonSchema = {
  anyOf: [FILTER, { type: 'object', maxProperties: 0 }],
};
