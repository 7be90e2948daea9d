import { createHash } from 'node:crypto';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

/** Nothing of ours is nested deeper; without a bound a crafted line could overflow the stack. */
const DEPTH_MAX = 16;

/**
 * RFC 8785: keys sorted by UTF-16 code units, no white space, numbers and strings as ECMAScript writes them.
 * @throws RangeError nested too deeply
 */
export const canonicalJson = (value: Json, depth = 0): string => {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (depth > DEPTH_MAX) throw new RangeError(`nested deeper than ${DEPTH_MAX}`);
  if (isArray(value)) return `[${value.map((item) => canonicalJson(item, depth + 1)).join(',')}]`;
  const members = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key] as Json, depth + 1)}`);
  return `{${members.join(',')}}`;
};

const isArray = (value: Json): value is readonly Json[] => Array.isArray(value);

/** Lower-case hex SHA-256 of UTF-8 text. */
export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** The hash of an object that carries it: over everything but the member `hash`. */
export const hashWithout = (object: JsonObject): string =>
  sha256(canonicalJson(Object.fromEntries(Object.entries(object).filter(([key]) => key !== 'hash'))));
