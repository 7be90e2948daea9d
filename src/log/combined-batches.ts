import type { EventBatch } from './follower-options.js';
import { MicroBatcher } from '../observability/micro-batcher.js';

type Outcome = 'stored' | 'moved';

/** Batches of so many partitions are stored together … */
const PARTITIONS_MAX = 64;
/** … as long as they have no more events: folding them holds up the event loop for some milliseconds. */
const EVENTS_MAX = 500;

/**
 * For a role that stores the batches of several partitions in one statement: what arrives while one statement is under
 * way shares the next. `store` is all or nothing, `moved` when one of the positions was not `previous`; then, and when
 * it throws, each batch is tried alone, so that no partition suffers from another.
 */
export class CombinedBatches {
  private readonly batches = new MicroBatcher<EventBatch, () => Outcome>((batches) => this.storeEach(batches), {
    itemsMax: PARTITIONS_MAX,
    weightOf: ({ events }) => events.length,
    weightMax: EVENTS_MAX,
  });

  constructor(private readonly store: (batches: readonly EventBatch[]) => Promise<Outcome>) {}

  /** @throws what `store` threw for this batch alone */
  async handle(batch: EventBatch): Promise<Outcome> {
    const outcomeOf = await this.batches.add(batch);
    return outcomeOf();
  }

  private async storeEach(batches: readonly EventBatch[]): Promise<readonly (() => Outcome)[]> {
    const known = batches.filter(({ previous }) => previous !== null);
    const stored = new Set(known.length > 1 && (await this.isStored(known)) ? known : []);
    const outcomes: (() => Outcome)[] = [];
    for (const batch of batches) outcomes.push(stored.has(batch) ? () => 'stored' : await this.storeAlone(batch));
    return outcomes;
  }

  private async isStored(batches: readonly EventBatch[]): Promise<boolean> {
    try {
      return (await this.store(batches)) === 'stored';
    } catch {
      return false; // Whose fault it was shows when each is tried alone.
    }
  }

  private async storeAlone(batch: EventBatch): Promise<() => Outcome> {
    try {
      const outcome = await this.store([batch]);
      return () => outcome;
    } catch (error) {
      return () => {
        throw error;
      };
    }
  }
}
