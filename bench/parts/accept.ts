import { randomUUID } from 'node:crypto';
import { posts, type BenchPerson } from '../lab/people.js';
import type { Surroundings } from '../lab/machine.js';
import { closedLoop, eachOnce } from '../load/closed-loop.js';
import { Connections } from '../load/connections.js';
import { latencyOf, type Latency } from '../load/latency.js';
import { failuresOf, rateOf, type LoadResult } from '../load/load-result.js';
import { openLoop } from '../load/open-loop.js';
import { settle, type Session } from './session.js';

export interface RateStep extends Latency {
  /** Of the maximum of this contender. */
  readonly part: number;
  readonly offeredPerSecond: number;
  readonly answeredPerSecond: number;
  readonly failed: Readonly<Record<string, number>>;
  readonly generatorLagP99Ms: number;
}

export interface AcceptFigures {
  readonly before: Surroundings;
  readonly maxPerSecond: number;
  readonly failed: Readonly<Record<string, number>>;
  readonly quarter: RateStep;
}

export interface AcceptRound {
  readonly service: AcceptFigures;
  readonly peer: AcceptFigures;
  /** All from one org, so all on one partition. */
  readonly hotPerSecond: number;
}

/** One who accepts: the service and its peer get the same bytes. */
interface Acceptor {
  readonly name: string;
  readonly url: string;
  newPeople(count: number): Promise<readonly BenchPerson[]>;
  /** After each load, so that the books agree. */
  note(result: LoadResult): void;
}

export const serviceIn = ({ lab, people, orgs, books, finished }: Session): Acceptor => ({
  name: 'service',
  url: lab.service.url,
  newPeople: async (count) => {
    const made = await people.record(orgs, count);
    finished.push(...made.slice(0, 500));
    return made;
  },
  note: (result) => books.note(result),
});

/** It does not look whether the person exists, so that nobody has to be recorded for it. */
export const peerIn = ({ lab, orgs }: Session): Acceptor => ({
  name: 'outbox peer',
  url: lab.peers.outbox.url,
  newPeople: async (count) =>
    Array.from({ length: count }, (_, index) => ({ id: randomUUID(), org: orgs[index % orgs.length] ?? NEVER })),
  note: () => undefined,
});

const NEVER = { id: '', headers: [] };

export const acceptRound = async (session: Session): Promise<AcceptRound> => {
  const service = await figuresOf(session, serviceIn(session));
  const peer = await figuresOf(session, peerIn(session));
  return { service, peer, hotPerSecond: await hotMaximum(session) };
};

const figuresOf = async (session: Session, acceptor: Acceptor): Promise<AcceptFigures> => {
  const { acceptRequests } = session.lab.options.sizes;
  const people = await acceptor.newPeople(acceptRequests);
  const before = await settle(session);
  const closed = await closedRun(session, acceptor, people);
  const maxPerSecond = rateOf(closed);
  session.say(`  ${acceptor.name}: ${Math.round(maxPerSecond)}/s`);
  const quarter = await rateStep(session, acceptor, { part: 0.25, maxPerSecond });
  return { before, maxPerSecond, failed: closed.failed, quarter };
};

export const closedRun = async (
  { lab }: Session,
  acceptor: Acceptor,
  people: readonly BenchPerson[],
): Promise<LoadResult> => {
  const { acceptConnections } = lab.options.sizes;
  const connections = new Connections(acceptor.url, acceptConnections);
  try {
    await connectAll(connections, acceptConnections);
    const result = await closedLoop(connections, acceptConnections, eachOnce(posts(people)));
    acceptor.note(result);
    return result;
  } finally {
    await connections.close();
  }
};

/** Connecting is not what is measured. */
export const connectAll = async (connections: Connections, count: number): Promise<void> => {
  const request = { method: 'GET', path: '/health/live', headers: [] } as const;
  await Promise.all(Array.from({ length: count }, () => connections.send(request)));
};

interface Offer {
  readonly part: number;
  readonly maxPerSecond: number;
  readonly seconds?: number;
}

const OPEN_LOOP_CONNECTIONS = 256;

export const rateStep = async (session: Session, acceptor: Acceptor, offer: Offer): Promise<RateStep> => {
  const { part, maxPerSecond, seconds = session.lab.options.sizes.quarterSeconds } = offer;
  const rate = maxPerSecond * part;
  const people = await acceptor.newPeople(Math.ceil(rate * seconds));
  await settle(session);
  const connections = new Connections(acceptor.url, OPEN_LOOP_CONNECTIONS);
  try {
    await connectAll(connections, OPEN_LOOP_CONNECTIONS);
    const result = await openLoop(connections, rate, posts(people));
    acceptor.note(result);
    const { offered, failed, generatorLagP99Ms, latenciesMs } = result;
    const rates = { part, offeredPerSecond: offered, answeredPerSecond: rateOf(result) };
    return { ...rates, ...latencyOf(latenciesMs), failed, generatorLagP99Ms };
  } finally {
    await connections.close();
  }
};

/** Rates from a part of the maximum to above it, latency from the scheduled time. */
export const ladder = async (
  session: Session,
  contender: 'service' | 'peer',
  maxPerSecond: number,
): Promise<readonly RateStep[]> => {
  const { ladder: parts, ladderSeconds } = session.lab.options.sizes;
  const acceptor = contender === 'service' ? serviceIn(session) : peerIn(session);
  const steps: RateStep[] = [];
  for (const part of parts)
    steps.push(await rateStep(session, acceptor, { part, maxPerSecond, seconds: ladderSeconds }));
  return steps;
};

const hotMaximum = async (session: Session): Promise<number> => {
  const { people, hotOrg, lab } = session;
  const hot = await people.record([hotOrg], lab.options.sizes.hotRequests);
  await settle(session);
  const result = await closedRun(session, serviceIn(session), hot);
  if (failuresOf(result) > 0) throw new Error(`the hot org was refused: ${JSON.stringify(result.failed)}`);
  return rateOf(result);
};
