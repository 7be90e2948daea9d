import type { Random } from '../random.js';
import type { Tenant } from '../stack/tenants.js';
import { waited } from '../waiting.js';
import type { Connection, Inquiry, Target } from './connection.js';
import { isUnanswered, type Answer, type History } from './history.js';

export interface ClientOptions {
  /** Unique in the run. */
  readonly name: string;
  readonly tenant: Tenant;
  readonly targets: readonly Target[];
  readonly connection: Connection;
  readonly history: History;
  readonly random: Random;
  /** Over: questions without an answer are given up. */
  readonly isOver: () => boolean;
}

const REPEAT_AFTER = { min: 100, max: 400 };
const OPERATIONS = '/api/v1/operations';

/** One customer's program: it asks any process, notes every answer, and repeats what was not answered (API X-05). */
export class Client {
  private questions = 0;

  constructor(private readonly options: ClientOptions) {}

  get random(): Random {
    return this.options.random;
  }

  /** null: given up at the end of the run. */
  async recordPerson(slug: string): Promise<Answer | null> {
    const body = { linkedinUrl: `https://www.linkedin.com/in/${slug}` };
    return this.insist({ question: 'record person', about: slug, method: 'POST', path: '/api/v1/persons', body });
  }

  async request(personId: string, field: string): Promise<Answer | null> {
    const path = `${OPERATIONS}/enrichment/${personId}?field=${field}`;
    return this.insist({ question: 'request', about: `${personId}/${field}`, method: 'POST', path });
  }

  /** `after`: the answer whose position is sent back. */
  async find(personId: string, field: string, after: Answer | null): Promise<Answer | null> {
    const path = `${OPERATIONS}/enrichment/${personId}?field=${field}`;
    const inquiry = { question: 'find', about: `${personId}/${field}`, method: 'GET', path } as const;
    return this.insist({ ...inquiry, after: placeOf(after) });
  }

  async balance(): Promise<Answer | null> {
    return this.insist({ question: 'balance', about: '', method: 'GET', path: `${OPERATIONS}/credits/balance` });
  }

  private async insist(wanted: Wanted): Promise<Answer | null> {
    const { connection, history, targets, isOver } = this.options;
    for (;;) {
      const answer = await connection.ask(this.random.pick(targets), this.inquiryOf(wanted));
      history.add(answer);
      if (!isUnanswered(answer)) return answer;
      if (isOver()) return null;
      await waited(this.random.between(REPEAT_AFTER));
    }
  }

  private inquiryOf({ after = null, ...wanted }: Wanted): Inquiry {
    const { name: client, tenant } = this.options;
    this.questions += 1;
    return { ...wanted, ...tenant, after, client, requestId: `${client}-${this.questions}` };
  }
}

type Wanted = Pick<Inquiry, 'question' | 'about' | 'method' | 'path' | 'body'> & { readonly after?: Answer['after'] };

const placeOf = (answer: Answer | null): Answer['after'] =>
  answer === null || answer.position === null || answer.enrichment === null
    ? null
    : { position: answer.position, enrichmentId: answer.enrichment.id };
