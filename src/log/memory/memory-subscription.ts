import { invariant } from '../../domain/kernel/errors.js';
import type { RecordSink, Subscription } from '../log.js';
import type { MemoryBroker, MemoryPartition } from './memory-broker.js';
import type { MemoryProcess } from './memory-process.js';

export interface MemorySubscriptionOptions {
  readonly broker: MemoryBroker;
  readonly process: MemoryProcess;
  readonly topic: string;
  readonly sink: RecordSink;
  readonly onFailed: (partition: number, error: Error) => void;
}

/** Follows partitions, each in a loop of its own: a slow handler holds up nobody else. */
export class MemorySubscription implements Subscription {
  readonly #followed = new Map<number, Following>();

  constructor(private readonly options: MemorySubscriptionOptions) {}

  add(partition: number, from: bigint): void {
    invariant(!this.#followed.has(partition), `partition ${partition} is followed already`);
    const following = new Following(this.options, partition);
    this.#followed.set(partition, following);
    following.done = following.run(from).catch((error: Error) => {
      if (this.#followed.get(partition) === following) this.#followed.delete(partition);
      this.options.onFailed(partition, error);
    });
  }

  async remove(partition: number): Promise<void> {
    const following = this.#followed.get(partition);
    this.#followed.delete(partition);
    following?.stop();
    await following?.done;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#followed.keys()].map((partition) => this.remove(partition)));
  }
}

class Following {
  done: Promise<void> = Promise.resolve();
  #stopped = false;
  #wake: () => void = () => undefined;
  readonly #source: MemoryPartition;

  constructor(
    private readonly options: MemorySubscriptionOptions,
    private readonly partition: number,
  ) {
    this.#source = options.broker.partition(options.topic, partition);
  }

  stop(): void {
    this.#stopped = true;
    this.#wake();
  }

  async run(from: bigint): Promise<void> {
    const { process, topic, sink } = this.options;
    for (let next = from; !this.#stopped;) {
      await process.step('deliver', topic, this.partition);
      if (this.#stopped) return;
      const slice = this.#source.read(next);
      if (slice.records.length === 0) await this.#change();
      else await sink(this.partition, slice.records);
      next = slice.next;
    }
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      const unwatch = this.#source.watch(() => this.#wake());
      this.#wake = () => {
        unwatch();
        resolve();
      };
    });
  }
}
