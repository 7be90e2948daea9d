import * as fc from 'fast-check';
import { anyActions, play } from './actions.js';
import { World } from './world.js';

/** Fixed, so that tests that count what was reached always count the same. */
const SEED = 20_261_121;
const WORLDS = 90;

/** Worlds played at random, always the same ones. */
export const anyWorlds = (): readonly World[] =>
  fc.sample(anyActions, { seed: SEED, numRuns: WORLDS }).map((actions) => play(new World(), actions));

/** All of them in one log, for tests that only look at events. */
export const anyWorld = (): Pick<World, 'log'> => ({ log: anyWorlds().flatMap(({ log }) => log) });
