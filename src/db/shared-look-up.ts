import { MicroBatcher } from '../observability/micro-batcher.js';
import { DatabaseBusy } from './database.js';

/** Look-ups that share a statement. */
const SHARED_MAX = 100;
/** Look-ups that wait for the statement on its way; a database that is so far behind is as good as away. */
const WAITING_MAX = 10_000;

/**
 * Looks for single rows: one statement at a time, and who asks while it is on its way shares the next with all others who
 * do. Alone when idle, many under load, no timer: a statement by itself takes most of what such a question costs.
 */
export class SharedLookUp<Target, Row> {
  private readonly batcher: MicroBatcher<Target, Row | undefined>;

  /** `look` finds the row of each target, in their order. What it throws, all who share it get. */
  constructor(look: (targets: readonly Target[]) => Promise<readonly (Row | undefined)[]>) {
    this.batcher = new MicroBatcher(look, { itemsMax: SHARED_MAX });
  }

  /** @throws DatabaseBusy */
  async find(target: Target): Promise<Row | undefined> {
    if (this.batcher.size >= WAITING_MAX) throw new DatabaseBusy(`${WAITING_MAX} look-ups wait already`);
    return this.batcher.add(target);
  }
}
