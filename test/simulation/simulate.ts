import { demand, Violation } from './oracle/violation.js';
import { compareStates, quiesce } from './ending.js';
import { compareLiving, Replica } from './replica.js';
import { Installation, type InstallationOptions } from './world/installation.js';
import type { RarePaths } from './world/rare-paths.js';
import { NOTHING_PLANTED, type Plant } from './world/seams.js';

export interface RunOptions {
  readonly seed: string;
  /** Distinct commands in the log at least; copies and repeats not counted. */
  readonly commands: number;
  readonly pace?: InstallationOptions['pace'];
  readonly plant?: Plant;
}

export interface Report {
  readonly seed: string;
  /** Distinct command ids in the log. */
  readonly commands: number;
  readonly records: number;
  readonly virtualMs: number;
  readonly paths: RarePaths;
  /** Of everything in the log. */
  readonly hash: string;
  /** The first rule that did not hold; null when all did. */
  readonly violation: Violation | null;
}

/** Ms between two moments at which clients ask. */
const BURST_PAUSE = { least: 150, most: 3_800 };
const NIGHT_PROBABILITY = 0.0015;
/** Worlds in which owners are compared with the log while they work: reading it once more takes its time. */
const WATCHED_PROBABILITY = 0.3;
const COMPARE_PROBABILITY = 0.1;

/** One world from its seed to its end, or to the first rule that does not hold. */
export const simulate = async (options: RunOptions): Promise<Report> => {
  const { seed, commands, pace = 'usual', plant = NOTHING_PLANTED } = options;
  const world = new Installation({ seed, pace, plant });
  const startMs = world.clock.now();
  const violation = await violationIn(world, commands);
  const { oracle, paths, hash, clock } = world;
  const counts = { commands: oracle.commands, records: oracle.commandRecords, virtualMs: clock.now() - startMs };
  return { seed, ...counts, paths, hash, violation };
};

const violationIn = async (world: Installation, commands: number): Promise<Violation | null> => {
  try {
    for (let n = 0; n < 3; n += 1) world.spawn();
    world.chaos.start();
    await live(world, commands);
    await quiesce(world);
    await compareStates(world);
    return null;
  } catch (error) {
    if (error instanceof Violation) return error;
    throw new Error(`seed ${world.seed}: ${(error as Error).stack}`, { cause: error });
  }
};

const live = async (world: Installation, commands: number): Promise<void> => {
  const replica = world.random.chance(WATCHED_PROBABILITY) ? new Replica(world) : null;
  for (let bursts = 0; world.oracle.commands < commands; bursts += 1) {
    demand(bursts < commands, 'clients are served', () => `${world.oracle.commands} commands in ${bursts} bursts`);
    if (world.random.chance(NIGHT_PROBABILITY)) await world.chaos.night();
    world.clients.burst();
    await world.pass(world.random.between(BURST_PAUSE.least, BURST_PAUSE.most));
    if (replica !== null && world.random.chance(COMPARE_PROBABILITY)) compareLiving(world, replica);
  }
};
