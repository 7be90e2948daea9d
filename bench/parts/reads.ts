import { isDeepStrictEqual } from 'node:util';
import { gets, type BenchPerson } from '../lab/people.js';
import type { Surroundings } from '../lab/machine.js';
import { closedLoop, forSeconds } from '../load/closed-loop.js';
import { Connections, type Outgoing } from '../load/connections.js';
import { failuresOf, rateOf } from '../load/load-result.js';
import { settle, type Session } from './session.js';

export interface ReadRound {
  readonly before: Surroundings;
  readonly servicePerSecond: number;
  readonly peerPerSecond: number;
  /** Ids that `batch/query` answers. */
  readonly queryIdsPerSecond: number;
}

/** A prime, so that neighbours in the table are not read one after the other. */
const STRIDE = 7_919;

/** The peer reads a copy of the same rows with the same index. */
const COPY = `
drop schema if exists peer_read cascade;
create schema peer_read;
create table peer_read.enrichments (like enrichments including all);
insert into peer_read.enrichments select * from enrichments;`;

/** @throws Error when service and peer do not answer the same */
export const prepareReads = async (session: Session): Promise<readonly Outgoing[]> => {
  const { lab, finished } = session;
  await settle(session);
  await lab.sql.query(COPY);
  const requests = gets(finished.map((_, index) => finished[(index * STRIDE) % finished.length] ?? NOBODY));
  const [request] = requests;
  if (request === undefined) throw new Error('nothing is finished: there is nothing to read');
  const [ours, theirs] = [await bodyOf(lab.service.url, request), await bodyOf(lab.peers.read.url, request)];
  if (!isDeepStrictEqual(ours, theirs)) throw new Error(`answers differ: ${JSON.stringify([ours, theirs])}`);
  return requests;
};

const NOBODY = { id: '', org: { id: '', headers: [] } };

const bodyOf = async (url: string, request: Outgoing): Promise<unknown> => {
  const connections = new Connections(url, 1);
  try {
    return JSON.parse((await connections.send(request, true)).body);
  } finally {
    await connections.close();
  }
};

export const readRound = async (session: Session, requests: readonly Outgoing[]): Promise<ReadRound> => {
  const before = await settle(session);
  const servicePerSecond = await readsPerSecond(session, session.lab.service.url, requests);
  const peerPerSecond = await readsPerSecond(session, session.lab.peers.read.url, requests);
  const queries = await readsPerSecond(session, session.lab.service.url, queriesOf(session.finished));
  return { before, servicePerSecond, peerPerSecond, queryIdsPerSecond: queries * TASKS };
};

const TASKS = 100;

/** Full questions only, each about people of one org. */
const queriesOf = (people: readonly BenchPerson[]): readonly Outgoing[] =>
  [...Map.groupBy(people, ({ org }) => org)].flatMap(([org, ofOrg]) =>
    Array.from({ length: Math.floor(ofOrg.length / TASKS) }, (_, index) => ({
      method: 'POST' as const,
      path: '/api/v1/operations/enrichment/batch/query',
      headers: [...org.headers, 'content-type', 'application/json'],
      body: JSON.stringify({
        tasks: ofOrg.slice(index * TASKS, (index + 1) * TASKS).map(({ id }) => ({ entityId: id, field: 'emails' })),
      }),
    })),
  );

const WARM_SECONDS = 0.5;

const readsPerSecond = async ({ lab }: Session, url: string, requests: readonly Outgoing[]): Promise<number> => {
  const { readConnections, readSeconds } = lab.options.sizes;
  const connections = new Connections(url, readConnections);
  try {
    await closedLoop(connections, readConnections, forSeconds(requests, WARM_SECONDS));
    const result = await closedLoop(connections, readConnections, forSeconds(requests, readSeconds));
    if (failuresOf(result) > 0) throw new Error(`reads failed: ${JSON.stringify(result.failed)}`);
    return rateOf(result);
  } finally {
    await connections.close();
  }
};
