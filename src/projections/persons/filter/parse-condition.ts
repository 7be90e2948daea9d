import { searchable } from '../searchable.js';
import {
  DATE_FIELDS,
  FLAG_FIELDS,
  IN_VALUES_MAX,
  InvalidFilter,
  SEARCH_LENGTH_MIN,
  TEXT_FIELDS,
  VALUE_LENGTH_MAX,
  type Condition,
  type DateField,
  type DateOp,
  type FlagField,
  type TextField,
} from './filter.js';

type Given = Readonly<Record<string, unknown>>;

interface Parts {
  readonly op: string;
  readonly value: unknown;
  readonly path: string;
}

const FIELDS: readonly string[] = [...TEXT_FIELDS, 'tags', ...DATE_FIELDS, ...FLAG_FIELDS];
const OPS = {
  text: ['eq', 'neq', 'in', 'contains', 'startsWith', 'exists'],
  tags: ['eq', 'neq', 'in', 'contains', 'exists'],
  date: ['eq', 'neq', 'in', 'gt', 'gte', 'lt', 'lte', 'exists'],
  flag: ['eq', 'neq', 'in', 'exists'],
} as const;

/** `{field, op, value}`. @throws InvalidFilter */
export const conditionOf = (given: Given, path: string): Condition => {
  const { field, op, value, ...others } = given;
  const [other] = Object.keys(others);
  if (other !== undefined) throw new InvalidFilter(`${path}.${other}`, 'is not a known property');
  if (typeof field !== 'string' || !FIELDS.includes(field)) {
    throw new InvalidFilter(`${path}.field`, `must be one of: ${FIELDS.join(', ')}`);
  }
  const kind = kindOf(field);
  if (typeof op !== 'string' || !(OPS[kind] as readonly string[]).includes(op)) {
    throw new InvalidFilter(`${path}.op`, `must be one of: ${OPS[kind].join(', ')}`);
  }
  const parts = { op, value, path: `${path}.value` };
  if (op === 'exists') return { kind: 'exists', field: field as TextField, exists: flagIn(parts) };
  return PARSERS[kind](field, parts);
};

const kindOf = (field: string): keyof typeof OPS => {
  if (field === 'tags') return 'tags';
  if ((DATE_FIELDS as readonly string[]).includes(field)) return 'date';
  return (FLAG_FIELDS as readonly string[]).includes(field) ? 'flag' : 'text';
};

const textCondition = (field: string, parts: Parts): Condition => {
  const { op } = parts;
  if (op === 'contains' || op === 'startsWith') {
    return { kind: 'search', field: field as TextField, op, value: searchIn(parts) };
  }
  return { kind: 'text', field: field as TextField, ...among(parts, textIn) };
};

const tagsCondition = (_: string, parts: Parts): Condition => ({ kind: 'tags', ...among(parts, textIn) });

const dateCondition = (field: string, parts: Parts): Condition => {
  const head = { kind: 'date', field: field as DateField } as const;
  if (parts.op === 'in') return { ...head, op: 'in', timesMs: listIn(parts, timeIn) };
  return { ...head, op: parts.op as DateOp, timeMs: timeIn(parts) };
};

const flagCondition = (field: string, parts: Parts): Condition => {
  const values = parts.op === 'in' ? listIn(parts, flagIn) : [flagIn(parts)];
  const head = { kind: 'flag', field: field as FlagField } as const;
  return { ...head, values: parts.op === 'neq' ? values.map((value) => !value) : values };
};

const PARSERS = { text: textCondition, tags: tagsCondition, date: dateCondition, flag: flagCondition } as const;

/** `contains` of tags is one of the tags, whole. */
const among = <T>(parts: Parts, parse: (parts: Parts) => T) =>
  ({
    op: parts.op === 'neq' ? 'notIn' : 'in',
    values: parts.op === 'in' ? listIn(parts, parse) : [parse(parts)],
  }) as const;

const listIn = <T>({ op, value, path }: Parts, parse: (parts: Parts) => T): readonly T[] => {
  if (!Array.isArray(value) || value.length === 0 || value.length > IN_VALUES_MAX) {
    throw new InvalidFilter(path, `must be an array of 1 to ${IN_VALUES_MAX} values`);
  }
  return value.map((item: unknown, index) => parse({ op, value: item, path: `${path}.${index}` }));
};

const UNUSABLE = /\p{Cc}/u;

const textIn = ({ value, path }: Parts): string => {
  if (typeof value !== 'string' || value.length > VALUE_LENGTH_MAX || !value.isWellFormed() || UNUSABLE.test(value)) {
    throw new InvalidFilter(path, `must be text of at most ${VALUE_LENGTH_MAX} characters`);
  }
  if (searchable(value) === '') throw new InvalidFilter(path, 'must have a letter, a digit or a sign to compare');
  return value;
};

const searchIn = (parts: Parts): string => {
  const text = textIn(parts);
  if (searchable(text).length >= SEARCH_LENGTH_MIN) return text;
  throw new InvalidFilter(parts.path, `must have at least ${SEARCH_LENGTH_MIN} characters`);
};

const flagIn = ({ value, path }: Parts): boolean => {
  if (typeof value !== 'boolean') throw new InvalidFilter(path, 'must be true or false');
  return value;
};

const INSTANT = /^[12]\d{3}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d))?$/;

const timeIn = ({ value, path }: Parts): number => {
  const timeMs = typeof value === 'string' && INSTANT.test(value) && isDay(value) ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(timeMs)) throw new InvalidFilter(path, 'must be an ISO 8601 date or instant with its zone');
  return timeMs;
};

/** `Date` takes 30 February for 2 March. */
const isDay = (text: string): boolean => {
  const day = text.slice(0, 'yyyy-mm-dd'.length);
  const timeMs = Date.parse(day);
  return !Number.isNaN(timeMs) && new Date(timeMs).toISOString().startsWith(day);
};
