import type { Clock } from '../../domain/kernel/clock.js';
import {
  AppendTooLarge,
  AppendUnknown,
  type JoinOptions,
  type Log,
  type LogRange,
  type LogSlice,
  type Membership,
  type OutgoingRecord,
  type RecordSink,
  type Subscription,
} from '../log.js';
import type { MemoryBroker } from './memory-broker.js';
import { MemoryMembership } from './memory-membership.js';
import { MemoryProcess, type AppendFault, type MemoryFaults, type OutgoingAppend } from './memory-process.js';
import { MemorySubscription } from './memory-subscription.js';

export interface MemoryLogOptions {
  readonly broker: MemoryBroker;
  readonly clock: Clock;
  /** Of the simulated process. */
  readonly name: string;
  readonly faults?: MemoryFaults;
  /** A frozen or killed process is put out of its groups after this long; the broker's session time-out. */
  readonly sessionMs?: number;
}

const SESSION_MS = 10_000;

/** One process's client of the in-memory broker. `freeze`, `thaw` and `kill` act on the process as a whole. */
export class MemoryLog implements Log {
  readonly #process: MemoryProcess;
  readonly #memberships = new Set<MemoryMembership>();
  readonly #subscriptions = new Set<Subscription>();

  constructor(private readonly options: MemoryLogOptions) {
    this.#process = new MemoryProcess(options.clock, options.faults ?? {});
  }

  /** SIGSTOP: whatever is under way waits; the groups notice after the session time-out. */
  freeze(): void {
    this.#process.freeze();
    this.#expireSession();
  }

  /** SIGCONT: a zombie's appends land now. */
  thaw(): void {
    this.#process.thaw();
    if (!this.#process.isRunning) return;
    for (const membership of this.#memberships) membership.comeBack();
  }

  /** kill -9: what has landed stays, no promise of this client ever resolves. */
  kill(): void {
    this.#process.kill();
    this.#expireSession();
  }

  #expireSession(): void {
    this.options.clock.after(this.options.sessionMs ?? SESSION_MS, () => {
      if (this.#process.isRunning) return;
      for (const membership of this.#memberships) membership.evict();
    });
  }

  async append(topic: string, partition: number, records: readonly OutgoingRecord[]): Promise<bigint> {
    const append: OutgoingAppend = { topic, partition, records };
    const bytes = records.reduce((sum, { key, value }) => sum + key.length + value.length, 0);
    await this.#process.step('send', topic, partition);
    if (bytes > this.options.broker.batchBytesMax) throw new AppendTooLarge(`${bytes} bytes in one batch`);
    const base = this.#land(append, this.options.faults?.onAppend?.(append) ?? null);
    await this.#process.step('ack', topic, partition);
    if (base === null) throw new AppendUnknown(`no acknowledgement from ${topic}/${partition}`);
    return base;
  }

  /** The base offset that the broker acknowledges; null when no acknowledgement arrives. */
  #land({ topic, partition, records }: OutgoingAppend, fault: AppendFault | null): bigint | null {
    const target = this.options.broker.partition(topic, partition);
    if (fault?.kind === 'failed') return null;
    if (fault?.kind === 'late' || fault?.kind === 'late-duplicate') {
      this.options.clock.after(fault.afterMs, () => target.append(records));
      if (fault.kind === 'late') return null;
    }
    const base = target.append(records);
    if (fault?.kind === 'doubled') return target.append(records);
    return fault?.kind === 'lost-ack' ? null : base;
  }

  async read(topic: string, partition: number, from: bigint): Promise<LogSlice> {
    await this.#process.step('read', topic, partition);
    return this.options.broker.partition(topic, partition).read(from);
  }

  async range(topic: string, partition: number): Promise<LogRange> {
    await this.#process.step('read', topic, partition);
    return this.options.broker.partition(topic, partition).range;
  }

  async partitions(topic: string): Promise<number> {
    await this.#process.step('read', topic);
    return this.options.broker.partitionsOf(topic).length;
  }

  subscribe(topic: string, sink: RecordSink, onFailed: (partition: number, error: Error) => void): Subscription {
    const { broker } = this.options;
    const subscription = new MemorySubscription({ broker, process: this.#process, topic, sink, onFailed });
    this.#subscriptions.add(subscription);
    return subscription;
  }

  async join(join: JoinOptions): Promise<Membership> {
    const { broker, name, faults } = this.options;
    await this.#process.step('join', join.topic);
    const membership = new MemoryMembership({ broker, process: this.#process, name, faults: faults ?? {}, join });
    this.#memberships.add(membership);
    return membership;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#memberships].map((membership) => membership.leave()));
    await Promise.all([...this.#subscriptions].map((subscription) => subscription.close()));
  }
}
