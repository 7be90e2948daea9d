/** Something the user can mend: its message is all that is shown, exit code 2. */
export class Failure extends Error {
  override readonly name = 'Failure';
}

/** Exit codes of every command. */
export const EXIT = {
  ok: 0,
  /** The command ran and found a difference. */
  difference: 1,
  /** It could not run: bad arguments, nothing to connect to. */
  failed: 2,
} as const;
