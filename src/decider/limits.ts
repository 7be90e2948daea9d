/** Bounds of the decider (DESIGN §3). Per process limits are shared evenly by the partitions that it owns. */
export interface DeciderLimits {
  /** Commands decided for one append. */
  readonly batchCommands: number;
  /** Encoded events of one append; a single command above it is refused. */
  readonly batchBytes: number;
  /** Streams that one statement loads. */
  readonly loadStreams: number;
  /** Memory of the working sets of the process. */
  readonly workingSetBytes: number;
  /** Changes that no snapshot holds yet, of the process; above, nothing is decided. */
  readonly unsavedBytes: number;
  /** A snapshot is written this long after a change … */
  readonly snapshotEveryMs: number;
  /** … or as soon as so many streams have changed. */
  readonly snapshotChanges: number;
  /** A command stamped further ahead of the owner's clock stops its partition. */
  readonly clockAheadMs: number;
}

const MIB = 1024 * 1024;

export const DEFAULT_LIMITS: DeciderLimits = {
  batchCommands: 500,
  batchBytes: 4 * MIB,
  loadStreams: 5_000,
  workingSetBytes: 32 * MIB,
  unsavedBytes: 32 * MIB,
  snapshotEveryMs: 500,
  snapshotChanges: 5_000,
  clockAheadMs: 30_000,
};
