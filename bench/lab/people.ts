import { Connections, type Outgoing } from '../load/connections.js';
import type { BenchOrg } from './orgs.js';

const CALLERS = 64;
const PERSONS = '/api/v1/persons';
/** The magic word makes every lookup a hit of the first step: each enrichment costs one credit, so sums can be checked. */
const SLUG = 'https://www.linkedin.com/in/tb-found-bench';

export interface BenchPerson {
  readonly id: string;
  readonly org: BenchOrg;
}

/** Records people over HTTP; never the same person twice. */
export class People {
  private next = 1;
  private readonly connections: Connections;

  constructor(url: string) {
    this.connections = new Connections(url, CALLERS);
  }

  /** Evenly over the orgs. @throws Error when the service does not take one */
  async record(orgs: readonly BenchOrg[], count: number): Promise<readonly BenchPerson[]> {
    const made: BenchPerson[] = [];
    const first = this.next;
    this.next += count;
    let index = first;
    const recordOne = async (): Promise<void> => {
      for (let number = index++; number < first + count; number = index++) {
        const org = orgs[number % orgs.length];
        if (org !== undefined) made.push({ id: await this.recordNumber(number, org), org });
      }
    };
    await Promise.all(Array.from({ length: CALLERS }, recordOne));
    return made;
  }

  close(): Promise<void> {
    return this.connections.close();
  }

  private async recordNumber(number: number, org: BenchOrg): Promise<string> {
    const body = JSON.stringify({ linkedinUrl: `${SLUG}-${number}`, firstName: 'Bench', lastName: `Person ${number}` });
    const headers = [...org.headers, 'content-type', 'application/json'];
    const answer = await this.connections.send({ method: 'POST', path: PERSONS, headers, body }, true);
    if (answer.status !== 201) throw new Error(`a person was not recorded: ${answer.status} ${answer.body}`);
    return (JSON.parse(answer.body) as { id: string }).id;
  }
}

const pathOf = (personId: string): string => `/api/v1/operations/enrichment/${personId}?field=emails`;

export const posts = (people: readonly BenchPerson[]): readonly Outgoing[] =>
  people.map(({ id, org }) => ({ method: 'POST', path: pathOf(id), headers: org.headers }));

export const gets = (people: readonly BenchPerson[]): readonly Outgoing[] =>
  people.map(({ id, org }) => ({ method: 'GET', path: pathOf(id), headers: org.headers }));
