import type { Clock } from '../domain/kernel/clock.js';
import type { StoredEvent } from '../events/event.js';
import type { Slices } from '../observability/event-loop-slices.js';
import type { Logger } from '../observability/logger.js';
import type { Checkpoint, CheckpointSource } from './checkpoint.js';
import type { Log, Topics } from './log.js';

/** What a role gets to see of one partition: events that count, in order, each once unless it fails to store them. */
export interface EventBatch {
  readonly partition: number;
  /** Empty when only void and protocol records were passed; the checkpoint advances all the same. */
  readonly events: readonly StoredEvent[];
  /** The position that has to be stored now for `checkpoint` to replace it. */
  readonly previous: Checkpoint | null;
  readonly checkpoint: Checkpoint;
}

/**
 * Stores the batch together with its checkpoint, by compare-and-set against `previous`: `stored`, or `moved` when
 * somebody else has stored another position meanwhile.
 */
export type BatchHandler = (batch: EventBatch) => Promise<'stored' | 'moved'>;

export interface EventFollowerOptions {
  readonly log: Log;
  readonly topics: Topics;
  /** Consumer group; members share the partitions. */
  readonly group: string;
  readonly checkpoints: CheckpointSource;
  readonly handle: BatchHandler;
  readonly clock: Clock;
  readonly slices: Slices;
  readonly logger: Logger;
  /** Called once: the follower cannot go on and has stopped, the process has to stop too (DESIGN §2.3). */
  readonly onFatal: (error: Error) => void;
  /** Records per batch. */
  readonly batchMax?: number;
}
