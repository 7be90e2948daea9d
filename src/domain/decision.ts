import type { DomainEvent } from '../events/event.js';
import type { CommandResult } from './command.js';
import type { CommandId, Sha256 } from './kernel/ids.js';
import type { Refusal } from './kernel/refusal.js';
import type { StateChanges } from './state.js';

/** All that deciding may know besides command and state; `nowMs` is the broker's time of the command. */
export interface DecideContext {
  readonly nowMs: number;
  readonly commandId: CommandId;
  readonly sha256: Sha256;
  /** The installation's unit (API X-13). */
  readonly unit: 'credit' | 'decicredit';
  /** Under which the partition is owned (DESIGN §2.2): another one may number the same events otherwise. */
  readonly claim: string;
}

/** `replayed`: the answer was remembered, nothing was decided. */
export type Answer =
  | { readonly kind: 'answered'; readonly result: CommandResult; readonly replayed: boolean }
  | { readonly kind: 'refused'; readonly refusal: Refusal; readonly replayed: boolean };

/**
 * `decide(command, state, context) → Decision` (domain/decide.ts) and `evolve(state, event) → StateChanges`
 * (domain/evolve.ts) are the whole core. `streamsOf(command, state)` (domain/streams-of.ts) lists the streams
 * that deciding needs, and is asked again until all it names are loaded.
 */
export interface Decision {
  /** Empty when nothing changed; the owner then logs `BatchDecided`. */
  readonly events: readonly DomainEvent[];
  /** For each of the events what `evolve` makes of it: deciding had to know, so nobody evolves them again. */
  readonly changes: readonly StateChanges[];
  readonly answer: Answer;
}

/** An answer that needs no event. */
export const unchanged = (answer: Answer): Decision => ({ events: [], changes: [], answer });
