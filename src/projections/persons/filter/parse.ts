import { FILTER_CONDITIONS_MAX, FILTER_DEPTH_MAX, InvalidFilter, MATCH_ALL, type Filter } from './filter.js';
import { conditionOf } from './parse-condition.js';

type Given = Readonly<Record<string, unknown>>;

interface Place {
  readonly path: string;
  /** Levels around it. */
  readonly depth: number;
  readonly count: { conditions: number };
}

/**
 * JSON of a client → a filter that can be compiled (OP-24). `{}` matches all. `path` is where the filter stands in the
 * input, and begins the path of every error. @throws InvalidFilter
 */
export const parseFilter = (given: unknown, path: string): Filter => {
  const filter = objectAt(given, path);
  if (Object.keys(filter).length === 0) return MATCH_ALL;
  return filterOf(filter, { path, depth: 0, count: { conditions: 0 } });
};

const COMBINED = ['and', 'or', 'not'] as const;

const filterOf = (given: unknown, place: Place): Filter => {
  const filter = objectAt(given, place.path);
  const kind = COMBINED.find((name) => Object.hasOwn(filter, name));
  if (kind === undefined) return counted(filter, place);
  const other = Object.keys(filter).find((name) => name !== kind);
  if (other !== undefined) throw new InvalidFilter(`${place.path}.${other}`, `must not stand beside ${kind}`);
  if (place.depth >= FILTER_DEPTH_MAX) throw new InvalidFilter(place.path, `is deeper than ${FILTER_DEPTH_MAX} levels`);
  const below = { ...place, path: `${place.path}.${kind}`, depth: place.depth + 1 };
  if (kind === 'not') return { kind, filter: filterOf(filter[kind], below) };
  return { kind, filters: listAt(filter[kind], below).map((item, index) => filterOf(item, itemOf(below, index))) };
};

const itemOf = (place: Place, index: number): Place => ({ ...place, path: `${place.path}.${index}` });

const counted = (filter: Given, { path, count }: Place): Filter => {
  count.conditions += 1;
  if (count.conditions > FILTER_CONDITIONS_MAX) {
    throw new InvalidFilter(path, `is more than ${FILTER_CONDITIONS_MAX} conditions`);
  }
  return conditionOf(filter, path);
};

const objectAt = (given: unknown, path: string): Given => {
  if (given === null || typeof given !== 'object' || Array.isArray(given)) {
    throw new InvalidFilter(path, 'must be an object');
  }
  return given as Given;
};

const listAt = (given: unknown, { path }: Place): readonly unknown[] => {
  if (!Array.isArray(given) || given.length === 0 || given.length > FILTER_CONDITIONS_MAX) {
    throw new InvalidFilter(path, `must be an array of 1 to ${FILTER_CONDITIONS_MAX} filters`);
  }
  return given;
};
