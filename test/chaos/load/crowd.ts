import { eventually } from '../waiting.js';
import type { Random } from '../random.js';
import type { Tenant } from '../stack/tenants.js';
import { Client } from './client.js';
import { Connection, type Target } from './connection.js';
import { isAccepted, type History } from './history.js';
import { hurry, travel, type Acquaintances, type JourneyOptions } from './journey.js';

export interface CrowdOptions {
  /** They look until what they asked for has ended. */
  readonly clients: number;
  /** They ask again and again without looking. */
  readonly hurried: number;
  readonly tenants: readonly Tenant[];
  readonly targets: readonly Target[];
  readonly history: History;
  readonly random: Random;
  /** By org; what an earlier crowd has left is known to this one. */
  readonly known: Map<string, Acquaintances>;
  /** A client waits for an answer as long as this. */
  readonly answerMs: number;
  /** Part of the names of its persons. */
  readonly name: string;
}

/** All clients of one phase. */
export class Crowd {
  private readonly connection: Connection;
  private readonly journeys: Promise<unknown>;
  private isStopping = false;
  private isOver = false;
  private hasArrived = false;

  constructor(private readonly options: CrowdOptions) {
    this.connection = new Connection(options.answerMs);
    const { clients, hurried } = options;
    const all = Array.from({ length: clients + hurried }, (_, number) => {
      const journey = this.journeyOf(number);
      return number < clients ? travel(journey) : hurry(journey);
    });
    this.journeys = Promise.all(all).finally(() => (this.hasArrived = true));
    this.journeys.catch(() => undefined); // `finish` throws it; until then it is nobody's unhandled rejection.
  }

  /** Whether an enrichment is accepted by anyone within the time. */
  acceptedAgainWithin(limitMs: number): Promise<boolean> {
    const { answers } = this.options.history;
    const from = performance.now();
    return eventually(
      () => answers.some((answer) => answer.question === 'request' && isAccepted(answer) && answer.askedMs > from),
      limitMs,
    );
  }

  /** Nothing new is begun; returns when everything open has been seen to end, at the latest after `limitMs`. */
  async finish(limitMs: number): Promise<void> {
    this.isStopping = true;
    await eventually(() => this.hasArrived, limitMs);
    this.isOver = true;
    await this.journeys;
    await this.connection.close();
  }

  private journeyOf(number: number): JourneyOptions {
    const { tenants, targets, history, random, known } = this.options;
    const tenant = tenants[number % tenants.length];
    if (tenant === undefined) throw new Error('no tenants');
    const name = `${this.options.name}-${number}`;
    const isOver = (): boolean => this.isOver;
    const { connection } = this;
    const client = new Client({ name, tenant, targets, connection, history, isOver, random: random.fork(number) });
    const isStopping = (): boolean => this.isStopping;
    const own = known.get(tenant.orgId) ?? [];
    known.set(tenant.orgId, own);
    return { client, name, known: own, isStopping, isOver };
  }
}
