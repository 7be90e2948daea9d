/** A rule that does not hold: what a run is for. */
export class Violation extends Error {
  override readonly name = 'Violation';
  constructor(
    readonly rule: string,
    detail: string,
  ) {
    super(`${rule}: ${detail}`);
  }
}

/** @throws Violation */
export function demand(holds: boolean, rule: string, detail: () => string): asserts holds {
  if (!holds) throw new Violation(rule, detail());
}
