import { setTimeout as sleep } from 'node:timers/promises';
import { posts } from '../lab/people.js';
import { figuresOf, measureCpu, memoryMbOf, type Figures } from '../lab/processes.js';
import { closedLoop, eachOnce } from '../load/closed-loop.js';
import { Connections } from '../load/connections.js';
import { settle, type Session } from './session.js';

export interface ResourceFigures {
  readonly stored: number;
  /** Right after the load. */
  readonly loadedMemoryMb: Figures;
  /** After a time with nothing to do. */
  readonly restingMemoryMb: Figures;
  readonly idleCpuPercent: Figures;
}

const FILL_STEP = 10_000;

/** What is read needs some rows, also when nothing else was measured before. */
const STORED_MIN = 1_000;

/** Stores enrichments at full speed until there are enough. */
export const fillUp = async (session: Session): Promise<void> => {
  const { lab, books, people, orgs, say, finished } = session;
  const { acceptConnections } = lab.options.sizes;
  const storedMin = Math.max(lab.options.sizes.storedMin, STORED_MIN);
  const connections = new Connections(lab.service.url, acceptConnections);
  try {
    while (books.stored < storedMin) {
      say(`${books.stored} of ${storedMin} enrichments are stored`);
      const fresh = await people.record(orgs, Math.min(FILL_STEP, storedMin - books.stored));
      books.note(await closedLoop(connections, acceptConnections, eachOnce(posts(fresh))));
      await books.drained();
      finished.push(...fresh);
    }
  } finally {
    await connections.close();
  }
};

/** The service gives memory back after 15 s without work at the latest. */
const REST_MS = 20_000;

/** Memory after all that was stored, at once and at rest, and CPU with nothing to do. */
export const resources = async (session: Session): Promise<ResourceFigures> => {
  const { lab, books } = session;
  await books.drained();
  const loadedMemoryMb = figuresOf(lab.pids, memoryMbOf);
  await settle(session);
  await sleep(REST_MS);
  const restingMemoryMb = figuresOf(lab.pids, memoryMbOf);
  const { idleSeconds } = lab.options.sizes;
  const { cpuSeconds } = await measureCpu(lab.pids, () => sleep(idleSeconds * 1000));
  const percents = Object.entries(cpuSeconds).map(([name, used]) => [name, (used / idleSeconds) * 100]);
  const idleCpuPercent = Object.fromEntries(percents) as Figures;
  return { stored: books.stored, loadedMemoryMb, restingMemoryMb, idleCpuPercent };
};
