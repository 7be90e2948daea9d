import type { CommandType, ResultByCommand } from './command.js';
import type { Refusal } from './kernel/refusal.js';

/** What has to be kept to answer the same command id again. */
export interface Memory {
  readonly status: string;
  /** Ids in answer order. */
  readonly references: readonly string[];
  /** Folding the decision's own events already keeps it under `recent/`: no `CommandAnswered` is needed for that. */
  readonly inEvents: boolean;
}

/** What one kind of command comes to. `memory` null: the command is naturally idempotent. */
export type Verdict<T extends CommandType = CommandType> =
  | { readonly kind: 'answered'; readonly result: ResultByCommand[T]; readonly memory: Memory | null }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

export const answered = <T extends CommandType>(result: ResultByCommand[T], memory: Memory | null): Verdict<T> => ({
  kind: 'answered',
  result,
  memory,
});

export const refused = (refusal: Refusal): Verdict<never> => ({ kind: 'refused', refusal });
