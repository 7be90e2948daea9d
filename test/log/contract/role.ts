import { pino } from 'pino';
import type { Checkpoint } from '../../../src/log/checkpoint.js';
import { EventFollower, type EventBatch, type EventFollowerOptions } from '../../../src/log/event-follower.js';
import type { Log } from '../../../src/log/log.js';
import { ENDLESS_SLICE } from '../../../src/observability/event-loop-slices.js';
import { numbersOf, type LogHarness } from './harness.js';

/** A role that keeps its data in memory, with the compare-and-set that every role owes its follower. */
export class Role {
  readonly stored = new Map<number, Checkpoint>();
  readonly batches: EventBatch[] = [];
  readonly fatal: Error[] = [];
  loads = 0;

  numbers(partition: number): readonly number[] {
    return this.batches.filter((batch) => batch.partition === partition).flatMap(({ events }) => numbersOf(events));
  }

  follower(harness: LogHarness, log: Log, over: Partial<EventFollowerOptions> = {}): EventFollower {
    return new EventFollower({
      log,
      topics: harness.topics,
      group: `${harness.topics.events}-role`,
      checkpoints: {
        load: (partition) => {
          this.loads += 1;
          return Promise.resolve(this.stored.get(partition) ?? null);
        },
      },
      handle: (batch) => Promise.resolve(this.store(batch)),
      clock: harness.clock,
      slices: ENDLESS_SLICE,
      logger: pino({ level: 'silent' }),
      onFatal: (error) => this.fatal.push(error),
      ...over,
    });
  }

  store(batch: EventBatch): 'stored' | 'moved' {
    if (this.stored.get(batch.partition)?.offset !== batch.previous?.offset) return 'moved';
    this.stored.set(batch.partition, batch.checkpoint);
    this.batches.push(batch);
    return 'stored';
  }
}
