import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchPerson } from '../lab/people.js';
import { measureCpu, usEach, type Figures } from '../lab/processes.js';
import { Connections, type Outgoing } from '../load/connections.js';
import { isWell } from '../load/load-result.js';
import { requestsOf } from './bulk.js';
import { settle, type Session } from './session.js';

/** What an enrichment costs with so many stored; each load was the same, in batches of 100. */
export interface GrowthPoint {
  /** Before the first of the loads that count; each adds its own. */
  readonly stored: number;
  readonly cpuUsPerEnrichment: readonly Figures[];
}

/** A piece of what was stored where much is: people recorded and enriched, vacuum and checkpoints included. */
export interface GrowthStep {
  readonly stored: number;
  readonly perSecond: number;
  readonly cpuUsPerEnrichment: Figures;
}

export interface GrowthFigures {
  readonly from: GrowthPoint;
  readonly to: GrowthPoint;
  readonly steps: readonly GrowthStep[];
}

const PER_REQUEST = 100;
const CALLERS = 8;
const RETRY_MS = 1_000;
const STEP = 10_000;
const POLL_MS = 20;
const END_MS = 300_000;

/**
 * The same load on an installation that has stored little and on one that has stored much, in turns: a machine is not as
 * fast now as it was before a million were stored. @throws Error when anything is refused or does not end
 */
export const growth = async (large: Session, small: Session): Promise<GrowthFigures> => {
  const { options } = large.lab;
  const steps = await store(large, options.sizes.growthTo);
  await store(small, options.sizes.growthFrom);
  // The first load warms up what storing has left cold, and is thrown away.
  await measureLoad(small);
  await measureLoad(large);
  const from = { stored: small.books.stored, cpuUsPerEnrichment: [] as Figures[] };
  const to = { stored: large.books.stored, cpuUsPerEnrichment: [] as Figures[] };
  for (let round = 1; round <= options.rounds; round += 1) {
    from.cpuUsPerEnrichment.push(await measureLoad(small));
    to.cpuUsPerEnrichment.push(await measureLoad(large));
  }
  return { from, to, steps };
};

const store = async (session: Session, upTo: number): Promise<readonly GrowthStep[]> => {
  const { books, lab, people, orgs, say } = session;
  const steps: GrowthStep[] = [];
  while (books.stored < upTo) {
    const count = Math.min(STEP, upTo - books.stored);
    const startMs = performance.now();
    const { cpuSeconds } = await measureCpu(lab.pids, async () => enrich(session, await people.import(orgs, count)));
    const perSecond = (count * 1000) / (performance.now() - startMs);
    steps.push({ stored: books.stored, perSecond, cpuUsPerEnrichment: usEach(cpuSeconds, count) });
    say(`  ${books.stored} of ${upTo} enrichments are stored, ${Math.round(perSecond)}/s`);
  }
  return steps;
};

/** People are recorded before it, by the orgs that have stored everything else. */
const measureLoad = async (session: Session): Promise<Figures> => {
  const { lab, books, people, orgs, say } = session;
  const count = lab.options.sizes.growthPeople;
  const recorded = await people.record(orgs, count);
  await settle(session);
  const { cpuSeconds } = await measureCpu(lab.pids, () => enrich(session, recorded));
  const figures = usEach(cpuSeconds, count);
  say(`  at ${books.stored}: ${JSON.stringify(figures)} µs per enrichment`);
  return figures;
};

const enrich = async (session: Session, recorded: readonly BenchPerson[]): Promise<void> => {
  const before = await accountsOf(session);
  await post(session, requestsOf(recorded, PER_REQUEST));
  session.books.note({ answered: recorded.length, failed: {}, seconds: 0, latenciesMs: [] });
  await untilCharged(session, before.balance - recorded.length);
};

/** Whoever is told to come again does: here nothing is said about rates. @throws Error on every other refusal */
const post = async ({ lab }: Session, requests: readonly Outgoing[]): Promise<void> => {
  const connections = new Connections(lab.service.url, CALLERS);
  const waiting = requests.values();
  const call = async (): Promise<void> => {
    for (const request of waiting) {
      for (let status = 503; !isWell(status);) {
        ({ status } = await connections.send(request));
        if (status === 503) await sleep(RETRY_MS);
        else if (!isWell(status)) throw new Error(`a batch was refused: ${status}`);
      }
    }
  };
  try {
    await Promise.all(Array.from({ length: CALLERS }, call));
  } finally {
    await connections.close();
  }
};

interface Accounts {
  readonly balance: number;
  readonly reserved: number;
}

/**
 * Every enrichment of the bench costs one credit. Rows are not counted here: that would cost Postgres the more, the more
 * are stored.
 */
const untilCharged = async (session: Session, balance: number): Promise<void> => {
  const endMs = performance.now() + END_MS;
  for (;;) {
    const now = await accountsOf(session);
    if (now.balance === balance && now.reserved === 0) return;
    if (performance.now() > endMs) throw new Error(`a balance of ${balance} was expected, not ${JSON.stringify(now)}`);
    await Promise.race([sleep(POLL_MS), session.lab.failed]);
  }
};

const accountsOf = async ({ lab }: Session): Promise<Accounts> => {
  const { rows } = await lab.sql.query<Accounts>(
    'select sum(balance)::float8 as balance, sum(reserved)::float8 as reserved from credit_accounts',
  );
  return rows[0] ?? { balance: 0, reserved: 0 };
};
