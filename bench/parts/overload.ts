import { posts } from '../lab/people.js';
import { Connections } from '../load/connections.js';
import { latencyOf } from '../load/latency.js';
import { rateOf } from '../load/load-result.js';
import { openLoop } from '../load/open-loop.js';
import { closedRun, connectAll, serviceIn } from './accept.js';
import { settle, type Session } from './session.js';

export interface OverloadRound {
  readonly maxPerSecond: number;
  readonly offeredPerSecond: number;
  readonly seconds: number;
  /** Accepted in time, per second of the load. */
  readonly goodPerSecond: number;
  /** Of all that was accepted, ms from when it was due. */
  readonly p99: number;
  /** Accepted, when its client had given up. */
  readonly late: number;
  readonly failed: Readonly<Record<string, number>>;
  readonly generatorLagP99Ms: number;
}

const OVERLOAD = 2;
/** An answer that comes later is of no use to whoever waits for it. */
const GOOD_WITHIN_MS = 1_000;

/** What is left of the maximum when twice as much is asked for (issue 4, point 5). */
export const overloadRound = async (session: Session): Promise<OverloadRound> => {
  const { acceptRequests, overloadSeconds, overloadConnections } = session.lab.options.sizes;
  const service = serviceIn(session);
  const people = await service.newPeople(acceptRequests);
  await settle(session);
  const maxPerSecond = rateOf(await closedRun(session, service, people));
  const rate = maxPerSecond * OVERLOAD;
  const crowd = await service.newPeople(Math.ceil(rate * overloadSeconds));
  await settle(session);
  const connections = new Connections(service.url, overloadConnections);
  try {
    await connectAll(connections, overloadConnections);
    const result = await openLoop(connections, rate, posts(crowd));
    service.note(result);
    const { seconds, answered, failed, latenciesMs, generatorLagP99Ms, offered } = result;
    const good = latenciesMs.filter((ms) => ms <= GOOD_WITHIN_MS).length;
    return {
      maxPerSecond,
      offeredPerSecond: offered,
      seconds,
      goodPerSecond: good / seconds,
      p99: latencyOf(latenciesMs).p99,
      late: answered - good,
      failed,
      generatorLagP99Ms,
    };
  } finally {
    await connections.close();
  }
};
