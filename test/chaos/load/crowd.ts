import { eventually } from '../waiting.js';
import type { Random } from '../random.js';
import type { Tenant } from '../stack/tenants.js';
import { Client } from './client.js';
import { Connection, type Target } from './connection.js';
import { isAccepted, type History } from './history.js';
import { travel, type Acquaintances } from './journey.js';

export interface CrowdOptions {
  readonly clients: number;
  readonly tenants: readonly Tenant[];
  readonly targets: readonly Target[];
  readonly history: History;
  readonly random: Random;
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
    const known = new Map(options.tenants.map(({ orgId }): [string, Acquaintances] => [orgId, []]));
    const all = Array.from({ length: options.clients }, (_, number) => this.send(number, known));
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

  private send(number: number, known: ReadonlyMap<string, Acquaintances>): Promise<void> {
    const { tenants, targets, history, random, name } = this.options;
    const tenant = tenants[number % tenants.length];
    if (tenant === undefined) throw new Error('no tenants');
    const isOver = (): boolean => this.isOver;
    const { connection } = this;
    const traveller = `${name}-${number}`;
    const common = { tenant, targets, connection, history, isOver };
    return travel({
      client: new Client({ ...common, name: traveller, random: random.fork(number) }),
      name: traveller,
      known: known.get(tenant.orgId) ?? [],
      isStopping: () => this.isStopping,
      isOver,
    });
  }
}
