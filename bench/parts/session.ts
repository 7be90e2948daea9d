import { tidy, untilQuiet, type Books } from '../lab/books.js';
import type { Lab } from '../lab/lab.js';
import type { BenchOrg } from '../lab/orgs.js';
import type { BenchPerson, People } from '../lab/people.js';
import { surroundings, type Surroundings } from '../lab/machine.js';

/** What the parts of a run share. */
export interface Session {
  readonly lab: Lab;
  readonly books: Books;
  readonly people: People;
  readonly orgs: readonly BenchOrg[];
  readonly hotOrg: BenchOrg;
  /** As many as an installation has that never sees two requests of one org in a row. */
  readonly manyOrgs: readonly BenchOrg[];
  /** Whose people go the whole way; those of a round are used in no other. */
  readonly wayOrgs: readonly (readonly BenchOrg[])[];
  /** With a finished enrichment: what is read. */
  readonly finished: BenchPerson[];
  readonly say: (text: string) => void;
}

/** Between two loads: everything accepted has ended, nothing is busy, no rows of the last one are in the way. */
export const settle = async ({ lab, books }: Session): Promise<Surroundings> => {
  await books.drained();
  await tidy(lab.sql);
  const { service, broker, postgres } = lab.pids;
  await untilQuiet([service, broker, postgres].filter((pid) => pid !== undefined));
  return surroundings();
};
