import type { Clock } from '../domain/kernel/clock.js';
import type { Log, Subscription, Topics } from '../log/log.js';
import type { Slices } from '../observability/event-loop-slices.js';
import type { Logger } from '../observability/logger.js';
import type { CommandDecider } from './command-decider.js';
import type { Core } from './core.js';
import type { DeciderLimits } from './limits.js';
import type { ClaimWriter, DeadLetterSink, ReplyDelivery } from './ports.js';
import type { SnapshotStore } from './snapshot-store.js';

/** What all partitions of a process share. */
export interface OwnerSetup {
  readonly log: Log;
  readonly topics: Topics;
  /** Of the commands topic. */
  readonly subscription: Subscription;
  readonly snapshots: SnapshotStore;
  readonly replies: ReplyDelivery;
  readonly deadLetters: DeadLetterSink;
  readonly claimWriter: ClaimWriter;
  /** Confirms that the group still counts this process in; a claim is made right after it. */
  readonly membership: () => Promise<void>;
  readonly core: Core;
  readonly commands: CommandDecider;
  readonly slices: Slices;
  readonly clock: Clock;
  readonly logger: Logger;
  /** 0 ≤ x < 1 */
  readonly random: () => number;
  readonly newClaim: () => string;
  readonly processId: string;
  readonly limits: DeciderLimits;
  /** Partitions that share the limits of the process; at least 1. */
  readonly owned: () => number;
  /** The partition has stopped for good and somebody has to look: the process ends. */
  readonly onFatal: (error: Error) => void;
}

export interface PartitionSetup extends OwnerSetup {
  readonly partition: number;
}
