import type { Plant } from '../world/seams.js';

/** A mistake that a decider could make, and that the oracle has to notice. Switched on in tests only. */
export interface PlantedBug {
  /** What the decider does wrong: `catches a decider that …`. */
  readonly name: string;
  readonly plant: Plant;
  /** The rule that it has to break first: without that rule nothing would show that this one is kept. */
  readonly rule?: string;
}
