/** How often the default run has to reach each rare path; about a third of what it does reach. */
export const RARE_MINIMUM: Readonly<Record<string, number>> = {};
