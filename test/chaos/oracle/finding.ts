/**
 * `lost`: a client was told something that the log does not hold. `doubled`: one thing happened twice.
 * `contradiction`: two answers, or an answer and the log, exclude each other. `overdraft`, `ledger`: the credits do
 * not add up. `rules`: the log breaks its reader rules. `unended`: accepted and never finished. `unexpected`: an
 * answer that no client should get. `recovery`, `tool`: the service or a tool did not do its part.
 */
export const FINDING_KINDS = [
  'lost',
  'doubled',
  'contradiction',
  'overdraft',
  'ledger',
  'rules',
  'unended',
  'unexpected',
  'recovery',
  'tool',
] as const;

export type FindingKind = (typeof FINDING_KINDS)[number];

/** Something that must not be. */
export interface Finding {
  readonly kind: FindingKind;
  readonly what: string;
}
