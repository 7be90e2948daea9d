/** A broken invariant of our own code: never expected, never caught to continue. */
export class InvariantBroken extends Error {
  override readonly name = 'InvariantBroken';
}

export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new InvariantBroken(message);
}

/** Makes the compiler list forgotten cases of a union. */
export const assertNever = (value: never): never => {
  throw new InvariantBroken(`unexpected value ${JSON.stringify(value)}`);
};
