import { ApiError } from '../../commands/api-error.js';
import { Refused } from '../../commands/outcomes.js';
import type { PersonId } from '../../domain/kernel/ids.js';

/** OP-12: an error handler that names all unknown ids, each by its first place in what was given. */
export const naming =
  (given: readonly PersonId[], path = 'personIds') =>
  (error: unknown): never => {
    const unknownIds = error instanceof Refused ? error.refusal.details?.['unknownIds'] : undefined;
    if (!Array.isArray(unknownIds)) throw error;
    throw new ApiError({
      code: 'VALIDATION_ERROR',
      reason: 'unknown_person',
      message: `${path} must be the ids of known persons`,
      details: (unknownIds as readonly PersonId[]).map((id) => ({
        path: `${path}.${given.indexOf(id)}`,
        message: `${id} is not a known person`,
      })),
      cause: error,
    });
  };
