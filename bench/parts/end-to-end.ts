import { setTimeout as sleep } from 'node:timers/promises';
import type { Lab } from '../lab/lab.js';
import type { Surroundings } from '../lab/machine.js';
import { GRANT, type BenchOrg } from '../lab/orgs.js';
import { posts, type BenchPerson } from '../lab/people.js';
import { measureCpu, usEach, type Figures, type Pids } from '../lab/processes.js';
import { closedLoop, eachOnce } from '../load/closed-loop.js';
import { Connections } from '../load/connections.js';
import { failuresOf } from '../load/load-result.js';
import { settle, type Session } from './session.js';

export interface WayFigures {
  readonly before: Surroundings;
  /** From the first POST to the last row that shows an end. */
  readonly seconds: number;
  readonly perSecond: number;
  /** Until the last POST was answered: what is left is the work behind it. */
  readonly postSeconds: number;
  readonly cpuUsPerEnrichment: Figures;
}

export interface EndToEndRound {
  readonly service: WayFigures;
  readonly peer: WayFigures;
}

const POLL_MS = 20;
const END_MS = 300_000;

/** One who does the whole work; its queries count within the orgs of the round, `$2` is the grant of each. */
interface Worker {
  readonly name: string;
  readonly url: string;
  readonly pids: Pids;
  /** How many were charged, one credit each. Asked again and again during the work, so it costs next to nothing. */
  readonly charged: string;
  /** How many rows show an end; asked once all were charged. */
  readonly ended: string;
  /** Rows of orgs whose books do not hold. */
  readonly wrong: string;
}

const serviceIn = (lab: Lab): Worker => ({
  name: 'service',
  url: lab.service.url,
  pids: lab.pids,
  charged: 'select ($2::bigint * count(*) - sum(balance))::int as count from credit_accounts where org_id = any($1)',
  ended: `select count(*)::int as count from enrichments where org_id = any($1) and status = 'finished' and data_found`,
  wrong: `select org_id from credit_accounts account where org_id = any($1) and (reserved <> 0
      or balance <> $2::bigint - (select count(*) from enrichments where org_id = account.org_id)
      or balance <> (select sum(amount) from credit_entries where org_id = account.org_id)
      or (select count(*) from credit_entries where org_id = account.org_id and type = 'capture')
        <> (select count(*) from enrichments where org_id = account.org_id)
      or (select count(distinct enrichment_id) from credit_entries where org_id = account.org_id and type = 'capture')
        <> (select count(*) from enrichments where org_id = account.org_id))`,
});

const graphileIn = ({ peers, stack }: Lab): Worker => ({
  name: 'graphile peer',
  url: peers.graphile.url,
  pids: { peer: peers.graphile.child.pid, postgres: stack.postgres.pid, generator: process.pid },
  charged:
    'select ($2::bigint * count(*) - sum(balance))::int as count from peer_graphile.accounts where org_id = any($1)',
  ended: `select count(*)::int as count from peer_graphile.requests where org_id = any($1) and status = 'finished'`,
  wrong: `select org_id from peer_graphile.accounts account where org_id = any($1) and (
      balance <> $2::bigint - (select count(*) from peer_graphile.requests where org_id = account.org_id)
      or balance <> $2::bigint + (select sum(amount) from peer_graphile.ledger where org_id = account.org_id)
      or (select count(distinct request_id) from peer_graphile.ledger where org_id = account.org_id)
        <> (select count(*) from peer_graphile.requests where org_id = account.org_id))`,
});

export const endToEndRound = async (session: Session, round: number): Promise<EndToEndRound> => {
  const { lab, people, wayOrgs, books, finished } = session;
  const orgs = wayOrgs[round] ?? [];
  const recorded = await people.record(orgs, lab.options.sizes.people);
  const service = await way(session, serviceIn(lab), { orgs, people: recorded });
  books.note({ answered: recorded.length, failed: {}, seconds: 0, latenciesMs: [] });
  finished.push(...recorded);
  await openAccounts(lab, orgs);
  const peer = await way(session, graphileIn(lab), { orgs, people: recorded });
  return { service, peer };
};

const openAccounts = async ({ sql }: Lab, orgs: readonly BenchOrg[]): Promise<void> => {
  await sql.query('insert into peer_graphile.accounts select unnest($1::text[]), $2, 0', [
    orgs.map(({ id }) => id),
    GRANT,
  ]);
};

interface Work {
  readonly orgs: readonly BenchOrg[];
  readonly people: readonly BenchPerson[];
}

const way = async (session: Session, worker: Worker, work: Work): Promise<WayFigures> => {
  const before = await settle(session);
  const { peopleConcurrency } = session.lab.options.sizes;
  const connections = new Connections(worker.url, peopleConcurrency);
  try {
    const { value, cpuSeconds } = await measureCpu(worker.pids, () => run(session.lab, { worker, work, connections }));
    await check(session.lab, worker, work);
    const count = work.people.length;
    session.say(`  ${worker.name}: ${Math.round(count / value.seconds)}/s`);
    return {
      before,
      ...value,
      perSecond: count / value.seconds,
      cpuUsPerEnrichment: usEach(cpuSeconds, count),
    };
  } finally {
    await connections.close();
  }
};

interface Run {
  readonly worker: Worker;
  readonly work: Work;
  readonly connections: Connections;
}

const run = async ({ options, sql }: Lab, { worker, work, connections }: Run) => {
  const startMs = performance.now();
  const posted = await closedLoop(connections, options.sizes.peopleConcurrency, eachOnce(posts(work.people)));
  if (failuresOf(posted) > 0) throw new Error(`requests were refused: ${JSON.stringify(posted.failed)}`);
  const orgIds = work.orgs.map(({ id }) => id);
  const count = async (statement: string, values: readonly unknown[]): Promise<number> =>
    (await sql.query<{ count: number }>(statement, [...values])).rows[0]?.count ?? 0;
  const all = work.people.length;
  await until(startMs, async () => (await count(worker.charged, [orgIds, GRANT])) === all);
  // An enrichment is charged just before it ends: its row may follow with the next statement.
  await until(startMs, async () => (await count(worker.ended, [orgIds])) === all);
  return { seconds: (performance.now() - startMs) / 1000, postSeconds: posted.seconds };
};

/** @throws Error when it has not come true so long after the start */
const until = async (startMs: number, isTrue: () => Promise<boolean>): Promise<void> => {
  while (!(await isTrue())) {
    if (performance.now() - startMs > END_MS) throw new Error(`not everything has ended within ${END_MS / 1000} s`);
    await sleep(POLL_MS);
  }
};

/** A run whose books do not hold has no number. */
const check = async ({ sql }: Lab, worker: Worker, { orgs, people }: Work): Promise<void> => {
  const orgIds = orgs.map(({ id }) => id);
  const { rows: wrong } = await sql.query<{ org_id: string }>(worker.wrong, [orgIds, GRANT]);
  const { rows: ended } = await sql.query<{ count: number }>(worker.ended, [orgIds]);
  if (wrong.length > 0) throw new Error(`the books of ${wrong.map((row) => row.org_id).join(', ')} do not hold`);
  if (ended[0]?.count !== people.length) throw new Error(`${ended[0]?.count} ended, ${people.length} were asked for`);
};
