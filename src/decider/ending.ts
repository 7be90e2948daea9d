import { UnknownEventType } from '../events/catalogue.js';
import { EventUnreadable } from '../events/codec.js';
import { UnknownEventVersion } from '../events/upcasters.js';
import { InvariantBroken } from '../domain/kernel/errors.js';
import { CommandsTruncated, LogCorrupted, LogWentBack } from '../log/errors.js';
import { CommandFromFuture } from './batch-decider.js';
import { SnapshotUnreadable } from './snapshot-store.js';

/** Ends what shares its signal, once; the first reason is the one that counts. */
export class Ending {
  private readonly controller = new AbortController();
  private tell: (reason: Error) => void = () => undefined;
  /** Resolves with the reason. */
  readonly ended = new Promise<Error>((resolve) => {
    this.tell = resolve;
  });

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  end(reason: Error): void {
    this.tell(reason);
    this.controller.abort();
  }
}

/** What claiming again cannot help against: people have to look, so the process stops (DESIGN §2.2, §2.3). */
const NEEDS_PEOPLE = [
  LogCorrupted,
  LogWentBack,
  CommandsTruncated,
  CommandFromFuture,
  SnapshotUnreadable,
  UnknownEventType,
  UnknownEventVersion,
  EventUnreadable,
];
/** Bugs of ours: whatever is in memory is not to be trusted any more. */
const BUGS = [InvariantBroken, TypeError, RangeError, ReferenceError, SyntaxError];

export const isFatal = (error: Error): boolean => [...NEEDS_PEOPLE, ...BUGS].some((kind) => error instanceof kind);
