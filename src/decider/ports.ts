import type { StoredEvent } from '../events/event.js';
import type { Checkpoint } from '../log/checkpoint.js';
import type { CommandSender } from '../log/command-sender.js';
import type { DeadLetters } from '../log/dead-letters.js';
import type { FenceState } from '../log/fence.js';
import type { Appended, ClaimOptions, PendingEvent } from '../log/partition-writer.js';
import type { Replies } from '../log/replies.js';

/** What deciding needs of the log folder, as ports: a simulation may plant one with a bug. */
export interface Writer {
  readonly claim: string;
  readonly fence: FenceState;
  readonly checkpoint: Checkpoint;
  restore(apply: (events: readonly StoredEvent[]) => void | Promise<void>): Promise<void>;
  resumeAt(): Promise<bigint>;
  encodedBytes(event: PendingEvent): number;
  append(events: readonly PendingEvent[]): Promise<Appended>;
  renewIfDue(): Promise<void>;
}
export type ClaimWriter = (options: ClaimOptions) => Promise<Writer>;
export type ReplyDelivery = Pick<Replies, 'deliver'>;
export type DeadLetterSink = Pick<DeadLetters, 'append'>;
export type Sender = Pick<CommandSender, 'send'>;
