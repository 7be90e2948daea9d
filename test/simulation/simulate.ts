import { Violation } from './oracle/violation.js';
import { compareStates, quiesce } from './ending.js';
import { compareLiving, Replica } from './replica.js';
import { Installation } from './world/installation.js';
import type { RarePaths } from './world/rare-paths.js';
import { NOTHING_PLANTED, type Plant } from './world/seams.js';

export interface RunOptions {
  readonly seed: string;
  /** Distinct commands in the log at least; copies and repeats not counted. */
  readonly commands: number;
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
const BURST_PAUSE = { least: 200, most: 5_000 };
const NIGHT_PROBABILITY = 0.0015;
const COMPARE_PROBABILITY = 0.1;

/** One world from its seed to its end, or to the first rule that does not hold. */
export const simulate = async ({ seed, commands, plant = NOTHING_PLANTED }: RunOptions): Promise<Report> => {
  const world = new Installation(seed, plant);
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
    const replica = new Replica(world);
    while (world.oracle.commands < commands) await day(world, replica);
    await quiesce(world);
    await compareStates(world);
    return null;
  } catch (error) {
    if (error instanceof Violation) return error;
    throw new Error(`seed ${world.seed}: ${(error as Error).stack}`, { cause: error });
  }
};

const day = async (world: Installation, replica: Replica): Promise<void> => {
  if (world.random.chance(NIGHT_PROBABILITY)) await world.chaos.night();
  world.clients.burst();
  await world.pass(world.random.between(BURST_PAUSE.least, BURST_PAUSE.most));
  if (world.random.chance(COMPARE_PROBABILITY)) compareLiving(world, replica);
};
