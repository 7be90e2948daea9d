import type { Random } from '../random.js';
import type { Tenant } from '../stack/tenants.js';
import { Client } from './client.js';
import { Connection, type Target } from './connection.js';
import { isAccepted, type History } from './history.js';

export interface RevisitOptions {
  readonly tenants: readonly Tenant[];
  readonly targets: readonly Target[];
  readonly history: History;
  readonly random: Random;
  readonly answerMs: number;
  /** Unique in the run. */
  readonly name: string;
}

const PER_ORG_MAX = 10;
const GIVE_UP_MS = 30_000;

/** Every org looks again at some of what it was accepted for before; the answers are in the history like all others. */
export const revisit = async (options: RevisitOptions): Promise<void> => {
  const connection = new Connection(options.answerMs);
  const endMs = performance.now() + GIVE_UP_MS;
  const isOver = (): boolean => performance.now() > endMs;
  const look = async (tenant: Tenant, index: number): Promise<void> => {
    const random = options.random.fork(index);
    const client = new Client({ ...options, tenant, connection, isOver, random, name: `${options.name}-${index}` });
    for (const [personId, field] of acceptedFor(tenant, options.history)) await client.find(personId, field, null);
  };
  try {
    await Promise.all(options.tenants.map(look));
  } finally {
    await connection.close();
  }
};

const acceptedFor = ({ orgId }: Tenant, { answers }: History): readonly (readonly [string, string])[] => {
  const accepted = answers.filter((answer) => answer.orgId === orgId && answer.question === 'request');
  const abouts = new Map(accepted.filter(isAccepted).map((answer) => [answer.about, answer.enrichment]));
  const enrichments = [...abouts.values()].filter((enrichment) => enrichment !== null);
  return enrichments.slice(0, PER_ORG_MAX).map(({ personId, field }) => [personId, field] as const);
};
