import { invalidInput, type ApiError } from '../../commands/api-error.js';

/** Deeper input has no meaning anywhere in the API and only costs time. */
export const DEPTH_MAX = 16;
/** Names that would reach into the prototype of an object they are copied to. */
const FORBIDDEN_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);
/** Come back exactly as sent: neither trimmed nor normalised. */
const ECHOED_KEYS: ReadonlySet<string> = new Set(['custom']);
/** Names are shown in errors: an answer must not grow with the question. */
const NAME_LENGTH_MAX = 128;
const CONTROL = /\p{Cc}/u;
/** Free text inside an echoed value may have lines. */
const CONTROL_BUT_LAYOUT = /[^\P{Cc}\t\n\r]/u;

interface Place {
  readonly path: string;
  readonly depth: number;
  readonly echoed: boolean;
}
const ROOT: Place = { path: '', depth: 0, echoed: false };

/**
 * A copy of parsed JSON under the input rules of X-06: strings trimmed and NFC-normalised, control characters,
 * broken Unicode and prototype-polluting keys refused. @throws ApiError VALIDATION_ERROR
 */
export const cleanJson = (value: unknown, place: Place = ROOT): unknown => {
  if (typeof value === 'string') return cleanText(value, place);
  if (value === null || typeof value !== 'object') return value;
  if (place.depth >= DEPTH_MAX) throw invalidInput(place.path, 'is nested too deeply', 'too_deep');
  return Array.isArray(value)
    ? value.map((item, index) => cleanJson(item, below(place, String(index))))
    : Object.fromEntries(Object.entries(value).map(([key, item]) => cleanEntry(key, item, place)));
};

const cleanEntry = (key: string, item: unknown, place: Place): [string, unknown] => {
  checkName(key, place.path);
  return [key, cleanJson(item, below(place, key))];
};

/** Names of properties and parameters; `path` is the object they stand in. */
export const checkName = (key: string, path: string): void => {
  const fault = nameFault(key, path);
  if (fault !== null) throw fault;
};

/** Null: the name may be used, and shown. */
export const nameFault = (key: string, path: string): ApiError | null => {
  if (key.length > NAME_LENGTH_MAX || !key.isWellFormed() || CONTROL.test(key)) {
    return invalidInput(path, `names must be text of at most ${NAME_LENGTH_MAX} characters`, 'invalid_name');
  }
  if (!FORBIDDEN_KEYS.has(key)) return null;
  return invalidInput(joined(path, key), `${key} is not allowed as a name`, 'forbidden_name');
};

/** Query parameters and path parameters as well. */
export const cleanText = (text: string, { path, echoed }: Pick<Place, 'path' | 'echoed'>): string => {
  if (!text.isWellFormed()) throw invalidInput(path, `${path} is not valid Unicode`, 'invalid_text');
  if ((echoed ? CONTROL_BUT_LAYOUT : CONTROL).test(text)) {
    throw invalidInput(path, `${path} must not contain control characters`, 'control_characters');
  }
  return echoed ? text : text.normalize('NFC').trim();
};

const joined = (path: string, key: string): string => (path === '' ? key : `${path}.${key}`);

const below = (place: Place, key: string): Place => ({
  path: joined(place.path, key),
  depth: place.depth + 1,
  echoed: place.echoed || (place.depth === 0 && ECHOED_KEYS.has(key)),
});
