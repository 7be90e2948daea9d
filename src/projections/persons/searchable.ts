/**
 * Longer texts are found by their beginning only. Bounded, because Postgres refuses index entries above 2.7 kB and a
 * hostile name must not stop the projector: a code unit takes 3 bytes at most.
 */
export const SEARCHABLE_LENGTH_MAX = 400;

/** Letters that are no letter with an accent to Unicode, but are to people. */
const PLAIN: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ħ: 'h',
  ı: 'i',
};
const SPECIAL = new RegExp(`[${Object.keys(PLAIN).join('')}]`, 'g');

/** The last code point is the upper bound of a search by prefix, and no character. */
export const ABOVE_ALL = '\u{10FFFF}';

/**
 * How texts are stored and compared for filters (API OP-24): neither case nor accents nor the width of spaces count.
 * Done here and not by the database, so that a text and what it is compared with are always treated alike, with no
 * extension; stored under collation "C", one index serves equality and prefixes.
 */
export const searchable = (text: string): string => {
  const plain = (ASCII.test(text) ? text.toLowerCase() : withoutAccents(text)).replace(SPACES, ' ').trim();
  return plain.length <= SEARCHABLE_LENGTH_MAX ? plain : cut(plain);
};

/** Most texts are, and need none of the rest. */
const ASCII = /^[\x20-\x7e]*$/;
const SPACES = /[\s\p{Cc}\u{10FFFF}]+/gu;

const withoutAccents = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .normalize('NFKC')
    .replace(SPECIAL, (letter) => PLAIN[letter] ?? letter);

/** Never through the middle of a code point. */
const cut = (text: string): string =>
  text
    .slice(0, SEARCHABLE_LENGTH_MAX)
    .replace(/[\uD800-\uDBFF]$/, '')
    .trimEnd();
