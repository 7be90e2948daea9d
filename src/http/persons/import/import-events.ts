import type { ErrorContext } from '../../errors/dialects.js';
import { renderError } from '../../errors/dialects.js';
import { errorOf } from '../../errors/faults.js';
import type { FinishedImport, ImportProgress } from './person-imports.js';

type Steps = AsyncGenerator<ImportProgress, FinishedImport>;

/**
 * An import as server-sent events: `progress` after each window of rows, then `result`, or `error` with the body that
 * the answer would have had. The first step is taken by the caller, while an error can still be an answer.
 */
export async function* eventsOf(
  first: IteratorResult<ImportProgress, FinishedImport>,
  steps: Steps,
  context: ErrorContext,
): AsyncGenerator<string> {
  try {
    let step = first;
    for (; step.done !== true; step = await steps.next()) yield event('progress', step.value);
    const { result, position } = step.value;
    yield event('result', { ...result, position: position && `${position.partition}:${position.offset}` });
  } catch (error) {
    yield event('error', renderError(errorOf(error), context).body);
  } finally {
    await steps.return(undefined as never);
  }
}

const event = (name: string, data: unknown): string => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
