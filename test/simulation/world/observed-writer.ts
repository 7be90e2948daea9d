import type { ClaimWriter, Writer } from '../../../src/decider/ports.js';
import type { StoredEvent } from '../../../src/events/event.js';
import type { ClaimOptions, PendingEvent } from '../../../src/log/partition-writer.js';
import type { RarePaths } from './rare-paths.js';

/** A replay of fewer events from the start of the log is not worth counting. */
const LONG_REPLAY_EVENTS = 50;

/** Counts how claims begin and end. */
export const observedClaim =
  (claim: ClaimWriter, paths: RarePaths): ClaimWriter =>
  async (options) => {
    paths.saw('claim asked for');
    return new ObservedWriter(await noting(paths, 'claim', () => claim(options)), options, paths);
  };

class ObservedWriter implements Writer {
  constructor(
    private readonly writer: Writer,
    private readonly options: ClaimOptions,
    private readonly paths: RarePaths,
  ) {}

  get claim() {
    return this.writer.claim;
  }
  get fence() {
    return this.writer.fence;
  }
  get checkpoint() {
    return this.writer.checkpoint;
  }

  async restore(apply: (events: readonly StoredEvent[]) => void | Promise<void>): Promise<void> {
    let count = 0;
    const counting = (events: readonly StoredEvent[]): void | Promise<void> => {
      count += events.length;
      return apply(events);
    };
    await noting(this.paths, 'restore', () => this.writer.restore(counting));
    if (count === 0) return;
    const fromStart = this.options.checkpoint === null;
    if (!fromStart) this.paths.saw('replay of a tail');
    else if (count >= LONG_REPLAY_EVENTS) this.paths.saw('replay from 0');
  }

  resumeAt(): Promise<bigint> {
    return noting(this.paths, 'resume', () => this.writer.resumeAt());
  }
  encodedBytes(event: PendingEvent): number {
    return this.writer.encodedBytes(event);
  }
  append(events: readonly PendingEvent[]) {
    return noting(this.paths, 'append', () => this.writer.append(events));
  }
  renewIfDue(): Promise<void> {
    return noting(this.paths, 'renewal', () => this.writer.renewIfDue());
  }
}

const noting = async <T>(paths: RarePaths, what: string, run: () => Promise<T>): Promise<T> => {
  try {
    return await run();
  } catch (error) {
    paths.saw(`${(error as Error).name} on ${what}`);
    throw error;
  }
};
