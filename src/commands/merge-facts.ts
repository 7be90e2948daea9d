import { isDeepStrictEqual } from 'node:util';

/** What is known of a person, by property; absent = unknown. */
export type Facts = Readonly<Record<string, unknown>>;

/** True when `fresh` says something that `known` does not. */
export const addsTo = (known: Facts, fresh: Facts): boolean =>
  Object.entries(fresh).some(([property, value]) => !isDeepStrictEqual(known[property], value));

/** The newer word counts; what it does not mention stays. */
export const mergeFacts = (known: Facts, fresh: Facts): Facts => ({ ...known, ...fresh });
