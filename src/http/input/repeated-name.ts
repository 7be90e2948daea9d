import { invalidInput, type ApiError } from '../../commands/api-error.js';
import { DEPTH_MAX, nameFault } from './clean.js';

/**
 * The first name that stands twice in one object; null: none does. `JSON.parse` lets the last one count in silence, and
 * knows nothing of the others. One pass, which reads texts no further than to their end, down to where nesting is refused.
 * @param json that `JSON.parse` has taken
 */
export const repeatedName = (json: string): string | null => {
  const around: (Set<string> | null)[] = [];
  let names: Set<string> | null = null;
  for (let at = 0; at < json.length && around.length <= DEPTH_MAX; at += 1) {
    const token = json[at];
    if (token === '{' || token === '[') {
      around.push(names);
      names = token === '{' ? new Set() : null;
    } else if (token === '}' || token === ']') {
      names = around.pop() ?? null;
    } else if (token === '"') {
      const end = endOfText(json, at);
      if (names !== null && isName(json, end)) {
        const name = meaningOf(json.slice(at, end + 1));
        if (names.has(name)) return name;
        names.add(name);
      }
      at = end;
    }
  }
  return null;
};

const endOfText = (json: string, start: number): number => {
  let end = json.indexOf('"', start + 1);
  while (isEscaped(json, end)) end = json.indexOf('"', end + 1);
  return end;
};

const isEscaped = (json: string, at: number): boolean => {
  let before = at;
  while (json[before - 1] === '\\') before -= 1;
  return (at - before) % 2 === 1;
};

const COLON_NEXT = /[ \t\r\n]*:/y;

/** Whether the text that ends here is a name, and no value. */
const isName = (json: string, end: number): boolean => {
  COLON_NEXT.lastIndex = end + 1;
  return COLON_NEXT.test(json);
};

const meaningOf = (text: string): string => (text.includes('\\') ? (JSON.parse(text) as string) : text.slice(1, -1));

/** Which of the two was meant nobody knows. */
export const givenTwice = (name: string): ApiError =>
  nameFault(name, '') ?? invalidInput(name, `${name} is given twice`, 'repeated_property');
