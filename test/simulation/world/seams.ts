import type { Core } from '../../../src/decider/core.js';
import type { ClaimWriter } from '../../../src/decider/ports.js';
import type { SnapshotStore } from '../../../src/decider/snapshot-store.js';
import type { Clock } from '../../../src/domain/kernel/clock.js';
import type { MemorySnapshots } from '../../../src/decider/memory-snapshot-store.js';
import type { Log, Topics } from '../../../src/log/log.js';

/** What a planted bug may know of the world that it is planted in. */
export interface Surroundings {
  readonly topics: Topics;
  readonly clock: Clock;
  readonly tables: MemorySnapshots;
}

/** Where a decider can be given something else than production code; each wraps what it gets. */
export interface Seams {
  readonly log?: (log: Log) => Log;
  readonly store?: (store: SnapshotStore) => SnapshotStore;
  readonly core?: (core: Core) => Core;
  readonly claimWriter?: (claim: ClaimWriter) => ClaimWriter;
}

/** Called once per world, so that the processes of a world may share the bug's memory. */
export type Plant = (surroundings: Surroundings) => Seams;

export const NOTHING_PLANTED: Plant = () => ({});
