import type { LogRange } from './log.js';

/** A newer claim stands before what was written: another process owns the partition. Not a failure, no reply is sent. */
export class Fenced extends Error {
  override readonly name = 'Fenced';
  constructor(
    readonly partition: number,
    readonly by: string | null,
  ) {
    super(`partition ${partition} was claimed by ${by ?? 'nobody that this reader has seen'}`);
  }
}

/** The events of a partition break the reader rules (DESIGN §2.2): stop and alarm, never skip. */
export class LogCorrupted extends Error {
  override readonly name = 'LogCorrupted';
  constructor(
    readonly partition: number,
    readonly offset: bigint,
    reason: string,
    cause?: unknown,
  ) {
    super(`events partition ${partition}, offset ${offset}: ${reason}`, { cause });
  }
}

/** The log no longer holds what this reader has already passed. The message names the way out. */
export class LogWentBack extends Error {
  override readonly name = 'LogWentBack';
  constructor(
    readonly partition: number,
    reason: string,
  ) {
    super(
      `events partition ${partition} went back: ${reason}. ` +
        `If the loss is accepted, run: tributary repair --accept-loss --partition ${partition}`,
    );
  }
}

/** The commands topic was truncated or re-created: the last decided command is not where the log says it is. */
export class CommandsTruncated extends Error {
  override readonly name = 'CommandsTruncated';
  constructor(
    readonly partition: number,
    readonly lastApplied: bigint,
    readonly range: LogRange,
  ) {
    super(
      `commands partition ${partition}: the command at offset ${lastApplied}, decided last, is missing or another one ` +
        `(the topic holds ${range.start}..${range.end}); it was truncated or re-created`,
    );
  }
}

/** A bounded queue is full; nothing was sent. */
export class Overloaded extends Error {
  override readonly name = 'Overloaded';
}
