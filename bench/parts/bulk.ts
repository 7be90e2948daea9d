import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchOrg } from '../lab/orgs.js';
import type { BenchPerson } from '../lab/people.js';
import { measureCpu, usEach, type Figures } from '../lab/processes.js';
import { closedLoop, eachOnce } from '../load/closed-loop.js';
import { Connections, type Outgoing } from '../load/connections.js';
import { latencyOf } from '../load/latency.js';
import { failuresOf, type LoadResult } from '../load/load-result.js';
import { settle, type Session } from './session.js';

/** One step of the ladder: so many people per request, over so many orgs. */
export interface BulkStep {
  readonly perRequest: number;
  readonly orgs: number;
  readonly people: number;
  /** People per second until the last request was answered. */
  readonly acceptedPerSecond: number;
  /** Until the last one's end shows in the read model. */
  readonly endedPerSecond: number;
  readonly requestP50Ms: number;
  readonly requestP99Ms: number;
  /** CPU time of the service's own thread between two 10 ms timers, at most, while it accepted and worked. */
  readonly loopWorkMaxMs: number;
  /** The longest time between two such timers: what it waited for a core is in it. */
  readonly eventLoopMaxMs: number;
  /** The same of a process that has nothing to do: how late the cores let anybody be. */
  readonly idleLoopMaxMs: number;
  readonly cpuUsPerEnrichment: Figures;
}

export interface BulkFigures {
  readonly steps: readonly BulkStep[];
}

const BATCH_MAX = 100;
const CONNECTIONS_MAX = 64;
/**
 * People under way at once, whatever the size of a request: half a second of work. Twice as many wait twice as long for
 * their answers, and cost 6 % more.
 */
const PEOPLE_IN_FLIGHT = 1_000;
const POLL_MS = 20;

export const bulkRound = async (session: Session): Promise<BulkFigures> => {
  const { orgs, hotOrg, manyOrgs } = session;
  const steps: BulkStep[] = [];
  for (const perRequest of [1, 10, 100, 1_000]) steps.push(await step(session, orgs, perRequest));
  steps.push(await step(session, [hotOrg], 100));
  steps.push(await step(session, manyOrgs, 1));
  return { steps };
};

const step = async (session: Session, orgs: readonly BenchOrg[], perRequest: number): Promise<BulkStep> => {
  const { lab, books, people, say } = session;
  const count = Math.max(lab.options.sizes.bulkPeople, perRequest * orgs.length);
  const recorded = await people.record(orgs, count);
  await settle(session);
  await loopFigures(session, { goOn: true }); // Reading sets them back.
  const { value, cpuSeconds } = await measureCpu(lab.pids, async () => {
    const startMs = performance.now();
    const posted = await postBulks(session, recorded, perRequest);
    books.note({ ...posted, answered: count });
    await untilEnded(session);
    return { posted, seconds: (performance.now() - startMs) / 1000 };
  });
  const { posted, seconds } = value;
  const { p50, p99 } = latencyOf(posted.latenciesMs);
  const loop = await loopFigures(session, { goOn: false });
  say(`  ${perRequest} per request, ${orgs.length} orgs: ${Math.round(count / seconds)}/s`);
  return {
    perRequest,
    orgs: orgs.length,
    people: count,
    acceptedPerSecond: count / posted.seconds,
    endedPerSecond: count / seconds,
    requestP50Ms: p50,
    requestP99Ms: p99,
    ...loop,
    cpuUsPerEnrichment: usEach(cpuSeconds, count),
  };
};

/** @throws Error when anything was refused */
export const postBulks = async (
  { lab }: Session,
  people: readonly BenchPerson[],
  perRequest: number,
): Promise<LoadResult> => {
  const callers = Math.max(2, Math.min(CONNECTIONS_MAX, Math.floor(PEOPLE_IN_FLIGHT / perRequest)));
  const connections = new Connections(lab.service.url, callers);
  try {
    const result = await closedLoop(connections, callers, eachOnce(requestsOf(people, perRequest)));
    if (failuresOf(result) > 0) throw new Error(`requests were refused: ${JSON.stringify(result.failed)}`);
    return result;
  } finally {
    await connections.close();
  }
};

/** So many people of one org in each; the orgs take turns, as they do where they know nothing of each other. */
export const requestsOf = (people: readonly BenchPerson[], perRequest: number): readonly Outgoing[] =>
  inTurns([...Map.groupBy(people, ({ org }) => org)].map(([org, ofOrg]) => requestsOfOrg(org, ofOrg, perRequest)));

const requestsOfOrg = (org: BenchOrg, people: readonly BenchPerson[], perRequest: number): readonly Outgoing[] =>
  Array.from({ length: Math.ceil(people.length / perRequest) }, (_, index) =>
    requestOf(org, people.slice(index * perRequest, (index + 1) * perRequest)),
  );

const inTurns = <T>(queues: readonly (readonly T[])[]): readonly T[] => {
  const turns = Math.max(0, ...queues.map(({ length }) => length));
  return Array.from({ length: turns }, (_, turn) => queues.flatMap((queue) => queue.slice(turn, turn + 1))).flat();
};

const requestOf = (org: BenchOrg, people: readonly BenchPerson[]): Outgoing => {
  const personIds = people.map(({ id }) => id);
  const isBulk = personIds.length > BATCH_MAX;
  const body = isBulk
    ? { field: 'emails', selection: { mode: 'manual', includedIds: personIds } }
    : { field: 'emails', personIds };
  return {
    method: 'POST',
    path: `/api/v1/operations/enrichment/${isBulk ? 'bulk' : 'batch'}`,
    headers: [...org.headers, 'content-type', 'application/json'],
    body: JSON.stringify(body),
  };
};

const untilEnded = async ({ lab, books }: Session): Promise<void> => {
  while (!(await books.hasEnded())) {
    await Promise.race([sleep(POLL_MS), lab.failed]);
  }
};

/** Nobody asks the peer of the GETs anything meanwhile. */
const loopFigures = async (
  { lab }: Session,
  { goOn }: { readonly goOn: boolean },
): Promise<Pick<BulkStep, 'loopWorkMaxMs' | 'eventLoopMaxMs' | 'idleLoopMaxMs'>> => ({
  loopWorkMaxMs: Number(await lab.service.child.ask(goOn)),
  eventLoopMaxMs: await eventLoopMaxMs(lab.service.url),
  idleLoopMaxMs: await eventLoopMaxMs(lab.peers.read.url),
});

const EVENT_LOOP_MAX = /^nodejs_eventloop_lag_max_seconds(?:\{[^}]*\})? (\S+)$/m;

const eventLoopMaxMs = async (url: string): Promise<number> =>
  Number(EVENT_LOOP_MAX.exec(await (await fetch(`${url}/metrics`)).text())?.[1] ?? NaN) * 1000;
