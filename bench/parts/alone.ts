import type { Surroundings } from '../lab/machine.js';
import { rateOf } from '../load/load-result.js';
import { closedRun, peerIn, serviceIn } from './accept.js';
import { postBulks } from './bulk.js';
import { settle, type Session } from './session.js';

/** Accepting while nothing works behind it, like behind the peer: roles `http` and `decider` alone. */
export interface AloneRound {
  readonly before: Surroundings;
  readonly servicePerSecond: number;
  readonly peerPerSecond: number;
  /** In bulks of 1,000. */
  readonly bulkPeoplePerSecond: number;
}

const PER_BULK = 1_000;

export const aloneRound = async (session: Session): Promise<AloneRound> => {
  const { lab, books, people, orgs, say } = session;
  const { acceptRequests, bulkPeople } = lab.options.sizes;
  const [service, peer] = [serviceIn(session), peerIn(session)];
  const singles = [await service.newPeople(acceptRequests), await service.newPeople(acceptRequests)] as const;
  const bulks = await people.record(orgs, bulkPeople);
  const before = await settle(session);
  const { single, bulk } = await lab.service.withRoles('http,decider', async () => {
    await closedRun(session, service, singles[0]); // It has just started.
    return { single: await closedRun(session, service, singles[1]), bulk: await postBulks(session, bulks, PER_BULK) };
  });
  books.note({ ...bulk, answered: bulks.length });
  await settle(session);
  const theirs = await closedRun(session, peer, await peer.newPeople(acceptRequests));
  const round = {
    before,
    servicePerSecond: rateOf(single),
    peerPerSecond: rateOf(theirs),
    bulkPeoplePerSecond: bulks.length / bulk.seconds,
  };
  say(`  service ${Math.round(round.servicePerSecond)}/s, outbox peer ${Math.round(round.peerPerSecond)}/s`);
  return round;
};
