import type { Branded } from './ids.js';

/** ISO 8601 UTC with milliseconds, as it stands in events and answers (API X-13). */
export type Instant = Branded<string, 'Instant'>;

/** The events of a command, mostly of a whole batch, have one time, and each asks for it several times. */
let last: { readonly epochMs: number; readonly instant: Instant } = {
  epochMs: 0,
  instant: '1970-01-01T00:00:00.000Z' as Instant,
};

/** `Date` as a formatter only: the core never asks it for the current time. @throws RangeError of no time at all */
export const instantOf = (epochMs: number): Instant => {
  if (epochMs !== last.epochMs) last = { epochMs, instant: new Date(epochMs).toISOString() as Instant };
  return last.instant;
};
export const epochMsOf = (instant: Instant): number => Date.parse(instant);
