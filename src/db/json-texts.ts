/** JSON text has no bare control characters, so this one can stand between two texts. */
const SEPARATOR_CODE = 30;
const SEPARATOR = String.fromCharCode(SEPARATOR_CODE);
/** No JSON text either. */
const NOTHING = 'NULL';

/** JSON texts as one parameter: in an array literal every quotation mark in them would have to be escaped. */
export const jsonTexts = (texts: readonly (string | null)[]): string =>
  texts.map((text) => text ?? NOTHING).join(SEPARATOR);

/** The array of them, SQL. */
export const textsOf = (parameter: string): string =>
  `string_to_array(${parameter}::text, chr(${SEPARATOR_CODE}), '${NOTHING}')`;
