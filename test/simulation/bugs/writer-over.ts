import type { ClaimWriter, Writer } from '../../../src/decider/ports.js';
import { epochMsOf } from '../../../src/domain/kernel/instant.js';
import { stampedEvent } from '../../support/events.js';
import type { StoredEvent } from '../../../src/events/event.js';
import type { FenceState } from '../../../src/log/fence.js';
import type { Appended, ClaimOptions, PendingEvent } from '../../../src/log/partition-writer.js';

type Apply = (events: readonly StoredEvent[]) => void | Promise<void>;

/** The production writer, to plant a bug in one of its methods. */
export class WriterOver implements Writer {
  constructor(
    protected readonly writer: Writer,
    protected readonly options: ClaimOptions,
  ) {}

  get claim(): string {
    return this.writer.claim;
  }
  get fence(): FenceState {
    return this.writer.fence;
  }
  get checkpoint() {
    return this.writer.checkpoint;
  }
  restore(apply: Apply): Promise<void> {
    return this.writer.restore(apply);
  }
  resumeAt(): Promise<bigint> {
    return this.writer.resumeAt();
  }
  encodedBytes(event: PendingEvent): number {
    return this.writer.encodedBytes(event);
  }
  append(events: readonly PendingEvent[]): Promise<Appended> {
    return this.writer.append(events);
  }
  renewIfDue(): Promise<void> {
    return this.writer.renewIfDue();
  }

  /** What an append comes to if nobody else writes. */
  protected foretold(events: readonly PendingEvent[]): Appended {
    const { fence, claim, options } = this;
    const stored = events.map((event, index) => {
      const stamp = { partition: options.partition, claim, seq: fence.seq + 1 + index };
      return stampedEvent(event, stamp, fence.next + BigInt(index));
    });
    return { events: stored, position: fence.next + BigInt(events.length) - 1n };
  }
}

/** The fence behind events that are taken for appended. */
export const fenceBehind = (fence: FenceState, { events, position }: Appended): FenceState => {
  const last = events.at(-1);
  if (last === undefined) return fence;
  const { seq, commandOffset, commandId } = last;
  return { ...fence, seq, next: position + 1n, timeMs: epochMsOf(last.time), commandOffset, commandId };
};

/** Claims with the production writer and puts the faulty one over it. */
export const writerBug =
  (Faulty: new (writer: Writer, options: ClaimOptions) => Writer) =>
  (claim: ClaimWriter): ClaimWriter =>
  async (options) =>
    new Faulty(await claim(options), options);
