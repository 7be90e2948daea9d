import { randomUUID } from 'node:crypto';
import { Connections, type Outgoing } from '../load/connections.js';
import type { BenchOrg } from './orgs.js';

const CALLERS = 64;
const PERSONS = '/api/v1/persons';
/** Files under way; a process works on no more than eight. */
const FILES_AT_ONCE = 4;
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

  /** As `record`, from a file per org: four times as fast. @throws Error when a row is not taken */
  async import(orgs: readonly BenchOrg[], count: number): Promise<readonly BenchPerson[]> {
    const first = this.next;
    this.next += count;
    const made = Array.from({ length: count }, (_, index) => ({ id: newId(), number: first + index }));
    const files = orgs
      .map((org, place) => ({ org, people: made.filter((_, index) => index % orgs.length === place) }))
      .filter(({ people }) => people.length > 0);
    const waiting = files.values();
    const sendSome = async (): Promise<void> => {
      for (const { org, people } of waiting) await this.importFile(org, people);
    };
    await Promise.all(Array.from({ length: FILES_AT_ONCE }, sendSome));
    return files.flatMap(({ org, people }) => people.map(({ id }) => ({ id, org })));
  }

  close(): Promise<void> {
    return this.connections.close();
  }

  private async importFile(org: BenchOrg, people: readonly { id: string; number: number }[]): Promise<void> {
    const body = people.map(({ id, number }) => JSON.stringify({ id, ...factsOf(number) })).join('\n');
    const headers = [...org.headers, 'content-type', 'application/x-ndjson'];
    const path = `${PERSONS}/import`;
    const answer = await this.connections.send({ method: 'POST', path, headers, body }, true);
    const created = answer.status === 200 ? (JSON.parse(answer.body) as { created: number }).created : 0;
    if (created !== people.length) throw new Error(`people were not imported: ${answer.status} ${answer.body}`);
  }

  private async recordNumber(number: number, org: BenchOrg): Promise<string> {
    const body = JSON.stringify(factsOf(number));
    const headers = [...org.headers, 'content-type', 'application/json'];
    const answer = await this.connections.send({ method: 'POST', path: PERSONS, headers, body }, true);
    if (answer.status !== 201) throw new Error(`a person was not recorded: ${answer.status} ${answer.body}`);
    return (JSON.parse(answer.body) as { id: string }).id;
  }
}

const factsOf = (number: number): Readonly<Record<string, string>> => ({
  linkedinUrl: `${SLUG}-${number}`,
  firstName: 'Bench',
  lastName: `Person ${number}`,
});

/** Grows with time, as the ids do that the service makes: what is stored lies in the same order. */
const newId = (): string => {
  const time = Date.now().toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`;
};

const pathOf = (personId: string): string => `/api/v1/operations/enrichment/${personId}?field=emails`;

export const posts = (people: readonly BenchPerson[]): readonly Outgoing[] =>
  people.map(({ id, org }) => ({ method: 'POST', path: pathOf(id), headers: org.headers }));

export const gets = (people: readonly BenchPerson[]): readonly Outgoing[] =>
  people.map(({ id, org }) => ({ method: 'GET', path: pathOf(id), headers: org.headers }));
