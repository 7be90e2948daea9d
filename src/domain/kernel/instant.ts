import type { Branded } from './ids.js';

/** ISO 8601 UTC with milliseconds, as it stands in events and answers (API X-13). */
export type Instant = Branded<string, 'Instant'>;

/** `Date` as a formatter only: the core never asks it for the current time. */
export const instantOf = (epochMs: number): Instant => new Date(epochMs).toISOString() as Instant;
export const epochMsOf = (instant: Instant): number => Date.parse(instant);
