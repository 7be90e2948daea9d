/** PR-04. */
export const ROWS_MAX = 100_000;
/** A person with every property at its longest has about a third of that. */
export const ROW_BYTES_MAX = 64 * 1024;
/** Rows in memory at once, and what they may weigh. */
export const WINDOW_ROWS_MAX = 1_000;
export const WINDOW_BYTES_MAX = 1024 * 1024;
/** Commands in the air per import. */
export const ROWS_IN_FLIGHT_MAX = 256;
/** Errors that are told; all are counted. */
export const ERRORS_MAX = 1_000;
/** Imports that one process works on at once. */
export const IMPORTS_MAX = 8;
/** A file of which nothing more arrives for so long is given up. */
export const SILENCE_MS_MAX = 30_000;
/** How often a row is tried while the service sheds load, with as long a break as it is told, 1 s at least. */
export const TRIES_MAX = 12;
